// What the page asks of the emulator: calls under /chat/ID/, and the live stream of changes.
const RETRY_MS = 2000; // after an answer the browser itself gives up on
const address = new URLSearchParams(location.search);

/** The id of the person this page belongs to: ?user=ID, or the first there is (null when there is nobody yet). */
export async function whoAmI() {
  if (/^\d+$/.test(address.get("user") ?? "")) return address.get("user");
  const people = await (await fetch("/chat/people")).json();
  return people.length ? String(people[0].id) : null;
}

export class Api {
  constructor(user) {
    this.base = `/chat/${user}`;
  }

  async post(what, body) {
    const form = body instanceof FormData;
    const headers = form ? {} : { "Content-Type": "application/json" };
    const response = await fetch(`${this.base}/${what}`, { method: "POST", headers, body: form ? body : JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }

  upload(file, as, caption = "") {
    const form = new FormData();
    form.append("as", as);
    form.append("caption", caption);
    form.append("file", file, file.name || "file");
    return this.post("upload", form);
  }

  /** Calls onEvent with every change, the whole state first; the browser reconnects by itself and starts anew. */
  listen(onEvent, onConnection) {
    const stream = new EventSource(`${this.base}/events`);
    stream.onmessage = (event) => onEvent(JSON.parse(event.data));
    stream.onopen = () => onConnection(true);
    stream.onerror = () => {
      onConnection(false);
      if (stream.readyState === EventSource.CLOSED) setTimeout(() => this.listen(onEvent, onConnection), RETRY_MS);
    };
  }
}
