// Loaded into Playwright's driver before its own code: a request may be built some time before the moment it leaves.
//
// To build one takes the driver, and us, a millisecond, and at an opening a thousand are due at the same moment. One
// that carries this header is built at once, on the warm connection that it will take; its bytes are written at the
// moment the header says, in seconds on the monotonic clock that all processes of a machine share. The header itself
// never leaves. A driver that stood still at that moment sends nothing afterwards: another machine may have taken over.
"use strict";
const http = require("http");

const HEADER = "x-polimisport-leaves-at";
const TOO_LATE = 1; // seconds after its moment, when it had to wait for that
const held = new WeakMap(); // request -> its moment, and what was written of it so far
const { write, end } = http.ClientRequest.prototype;

function secondsUntil(moment) {
  return moment - Number(process.hrtime.bigint()) / 1e9;
}

http.ClientRequest.prototype.write = function (...chunk) {
  const moment = this.getHeader(HEADER);
  if (moment === undefined) return write.apply(this, chunk);
  this.removeHeader(HEADER);
  held.set(this, { moment: Number(moment), chunk });
  return true;
};

http.ClientRequest.prototype.end = function (...last) {
  const waiting = held.get(this);
  if (waiting === undefined) return end.apply(this, last);
  held.delete(this);
  const left = secondsUntil(waiting.moment);
  const leave = () => {
    if (this.destroyed) return;
    if (left > 0 && secondsUntil(waiting.moment) < -TOO_LATE) {
      this.destroy(new Error("the driver stood still at the moment of this request"));
      return;
    }
    write.apply(this, waiting.chunk);
    end.apply(this, last);
  };
  setTimeout(leave, Math.ceil(Math.max(left, 0) * 1000)); // rather a moment late than early
  return this;
};
