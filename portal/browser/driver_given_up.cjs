// Loaded into Playwright's driver before its own code: a request that is given up never arrives later.
//
// What was written to a connection is sent again and again by the kernel while no sign comes from the other side, also
// after the connection was closed: minutes later, when the network is back, a booking would still arrive that another
// machine has made since, or that its person has cancelled. A connection that is reset keeps nothing to send.
"use strict";
const net = require("net");
const { _destroy } = net.Socket.prototype;

net.Socket.prototype._destroy = function (...why) {
  const request = this._httpMessage; // what the connection is used for
  const handle = request && !request.res && !this.connecting && this._handle; // unanswered, and sent perhaps
  const tcp = handle && (typeof handle.reset === "function" ? handle : handle._parent); // the latter: beneath TLS
  if (tcp && typeof tcp.reset === "function") {
    const { close } = tcp;
    tcp.close = (...closed) => tcp.reset(...closed) && close.apply(tcp, closed); // where it can't be reset: as ever
  }
  return _destroy.apply(this, why);
};
