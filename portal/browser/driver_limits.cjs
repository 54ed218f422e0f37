// Loaded into Playwright's driver before its own code: an answer larger than the limit is cut off while it is read.
//
// The driver reads whole answers into memory and unpacks them there: a gigabyte packed into one megabyte would take
// the machine's memory. What is too large ends here, as a connection that was lost, before all of it is there.
"use strict";
const http = require("http");
const zlib = require("zlib");

const most = Number(process.env.POLIMISPORT_MOST_ANSWER); // bytes, packed and unpacked
const read = new WeakMap(); // stream -> bytes so far

for (const kind of [http.IncomingMessage, zlib.Gunzip, zlib.Inflate, zlib.InflateRaw, zlib.Unzip, zlib.BrotliDecompress]) {
  const push = kind.prototype.push;
  kind.prototype.push = function (chunk, encoding) {
    const announced = Number((this.headers || {})["content-length"] || 0);
    const size = (read.get(this) || 0) + (chunk ? chunk.length : 0);
    read.set(this, size);
    if (size <= most && (announced <= most || !chunk)) return push.call(this, chunk, encoding);
    this.destroy(new Error("the answer is too large"));
    return false;
  };
}
