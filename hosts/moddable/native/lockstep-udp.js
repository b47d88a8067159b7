/*
 * UDP of ECMA-419, and a callback for each datagram, which makes no garbage: see ../udp.ts. The functions are in lockstep-udp.c.
 *
 * The names of the module, of its files and of its functions are not those of the SDK. So a build that exists takes it up when
 * its manifest is included, and loses it afterwards: make goes by names and times, and would keep what has the same name.
 */
class UDP extends Native("lockstep_udp_destructor") {
  constructor(options) {
    super();
    native("lockstep_udp_constructor").call(this, options);
  }

  close() {
    return native("lockstep_udp_close").call(this);
  }

  read() {
    return native("lockstep_udp_read").call(this);
  }

  deliver() {
    return native("lockstep_udp_deliver").call(this);
  }

  write() {
    return native("lockstep_udp_write").call(this);
  }

  send() {
    return native("lockstep_udp_send").call(this);
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
