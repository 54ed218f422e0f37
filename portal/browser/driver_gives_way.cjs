// Loaded into Playwright's driver before its own code: the browser gives way to the programs when the processor is short.
//
// To start it and to log in takes seconds of processor time, for one account, while the worker and the driver answer all
// the others in milliseconds. Whatever the driver starts has a lower priority, and so has all that it starts in turn
// (root's Chromium raises those of its threads again, an ordinary user's can't: then its session's counts).
// Where nobody else wants the processor that changes nothing; where somebody does, it is left a quarter of it.
"use strict";
const child_process = require("child_process");
const fs = require("fs");
const os = require("os");

// More than the driver's own. Everybody may lower a priority: no container and no systemd unit has to allow it.
const NICENESS = 5;
const { spawn } = child_process;

function giveWay(pid) {
  try {
    os.setPriority(pid, Math.min(os.getPriority() + NICENESS, 19));
    // the driver starts it in a session of its own, and Linux may share the processor by sessions first
    if (process.platform === "linux") fs.writeFileSync(`/proc/${pid}/autogroup`, String(NICENESS));
  } catch {
    // it has ended already, or the system does not know such groups: it keeps the priority that it has
  }
}

child_process.spawn = function (...what) {
  const child = spawn.apply(this, what);
  if (child.pid !== undefined) giveWay(child.pid);
  return child;
};
