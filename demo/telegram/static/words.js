// The page's own words: Italian stands in the code, English here, for whoever has Telegram in another language.
const ENGLISH = {
  "Avvia": "Start", "Sblocca": "Unblock", "Blocca bot": "Block bot", "Sblocca bot": "Unblock bot", "Messaggio": "Message",
  "Oggi": "Today", "Ieri": "Yesterday", "modificato": "edited", "Inoltrato da {}": "Forwarded from {}", "Tu: ": "You: ",
  "sta scrivendo": "typing", "invia un file": "sending a file", "invia una foto": "sending a photo", "cerca la posizione": "choosing a location",
  "connessione": "connecting", "Nessuna connessione": "No connection", "Che cosa può fare questo bot?": "What can this bot do?",
  "Tocca Avvia per cominciare.": "Press Start to begin.", "Rispondi": "Reply", "Rispondi a {}": "Reply to {}", "Copia": "Copy", "Modifica": "Edit",
  "Modifica messaggio": "Edit message", "Cambia tema": "Change theme", "Testo copiato negli appunti": "Text copied to the clipboard",
  "Foto": "Photo", "File": "File", "Messaggio vocale": "Voice message", "Posizione": "Location", "Contatto": "Contact",
  "Quiz": "Quiz", "Sondaggio": "Poll", "concluso": "closed", "anonimo": "anonymous", "pubblico": "public", "Risultato: {}": "Result: {}",
  "Messaggio fissato": "Pinned message", "Rilascia per inviare": "Drop to send", "Elenco chat": "List of chats", "Indietro": "Back", "Altro": "More",
  "Vai in fondo": "Go to the end", "Comandi": "Commands", "Annulla": "Cancel", "Tastiera del bot": "The bot's keyboard", "Allega": "Attach",
  "Invia": "Send", "Scarica": "Download", "Chiudi": "Close", "apre tra {}": "opens in {}", "apre adesso!": "opens now!",
};
let english = false;

/** A sentence in the person's language; `{}` in it becomes the value. */
export const say = (italian, value = "") => (english ? ENGLISH[italian] ?? italian : italian).replace("{}", value);

export const locale = () => (english ? "en-GB" : "it-IT");

/** From now on the page speaks the language of that code; what stands in the page already is said anew. */
export function speak(code) {
  english = Boolean(code) && !code.toLowerCase().startsWith("it");
  document.documentElement.lang = english ? "en" : "it";
  for (const name of ["aria-label", "placeholder", "alt"]) {
    for (const node of document.querySelectorAll(`[${name}]`)) node.setAttribute(name, say(node.getAttribute(name)));
  }
  for (const node of document.querySelectorAll("[data-said]")) node.textContent = say(node.textContent);
}
