/*
 * UDP of ECMA-419, and a `read` that makes no garbage: see ../udp.ts. The functions are in lockstep-udp.c.
 *
 * The names of the module, of its files and of its functions are not those of the SDK. So a build that exists takes it up when
 * its manifest is included, and loses it afterwards: make goes by names and times, and would keep what has the same name.
 */
class UDP extends Native("lockstep_udp_destructor") {
  constructor(options) {
    super();
    this.peerAddress = 0;
    this.peerPort = 0;
    native("lockstep_udp_constructor").call(this, options);
  }

  close() {
    return native("lockstep_udp_close").call(this);
  }

  read() {
    return native("lockstep_udp_read").call(this);
  }

  write() {
    return native("lockstep_udp_write").call(this);
  }

  add() {
    return native("lockstep_udp_add").call(this);
  }

  remove() {
    return native("lockstep_udp_remove").call(this);
  }

  get droppedDatagrams() {
    return native("lockstep_udp_get_dropped_datagrams").call(this);
  }

  get ignoredDatagrams() {
    return native("lockstep_udp_get_ignored_datagrams").call(this);
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
