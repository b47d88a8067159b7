/*
 * UDP of ECMA-419, and a `read` that makes no garbage: see ../udp.ts. The functions are in udp.c.
 */
class UDP extends Native("udp_destructor") {
  constructor(options) {
    super();
    this.peerAddress = 0;
    this.peerPort = 0;
    native("udp_constructor").call(this, options);
  }

  close() {
    return native("udp_close").call(this);
  }

  read() {
    return native("udp_read").call(this);
  }

  write() {
    return native("udp_write").call(this);
  }

  get droppedDatagrams() {
    return native("udp_get_dropped_datagrams").call(this);
  }

  get format() {
    return "buffer";
  }

  set format(value) {
    if (value !== "buffer") {
      throw new RangeError('UDP has no format but "buffer"');
    }
  }
}
UDP.readsIntoBuffer = true;
Object.freeze(UDP.prototype);

export default UDP;
