// The coded data of a JPEG: Huffman codes, bits, and restart markers that may be
// out of step (intake/photo/jpegread/bits.go).
import { nextMarker } from "./jpeg.js";
import { usual } from "./jpegtables.js";

/** Reads Huffman tables (ITU-T T.81, B.2.4.2) into state.codes. */
export function defineCodes(state, b) {
  for (let at = 0; at + 17 < b.length;) {
    const kind = b[at] >> 4, id = b[at] & 15;
    const counts = b.subarray(at + 1, at + 17);
    const n = counts.reduce((sum, count) => sum + count, 0);
    if (kind > 1 || id > 3 || n > 256 || at + 17 + n > b.length) return;
    state.codes[kind][id] = { counts, values: b.subarray(at + 17, at + 17 + n) };
    at += 17 + n;
  }
}

const shortBits = 9;

/** Makes the tables to decode with and returns the code; null where it is none. */
export function prepare(state, kind, id) {
  const c = state.codes[kind][id] || (state.codes[kind][id] = { ...usual[kind][id] });
  if (c.short) return c;
  if (!c.values) return null;
  Object.assign(c, { limit: [], offset: [] });
  const short = new Uint16Array(1 << shortBits);
  let code = 0, k = 0;
  for (let length = 1; length <= 16; length++) {
    c.offset[length] = k - code;
    for (let n = c.counts[length - 1]; n > 0; n--) {
      if (code >= 1 << length) return null;
      const spread = shortBits - length;
      if (spread >= 0) short.fill((length << 8) | c.values[k], code << spread, (code + 1) << spread);
      code++;
      k++;
    }
    c.limit[length] = code << (16 - length);
    code <<= 1;
  }
  c.short = short;
  return c;
}

/** A scan's data bit by bit. Where it ends, zeros follow. */
export class Bits {
  constructor(data) {
    Object.assign(this, { data, at: 0, acc: 0, n: 0, pad: 0, dry: false });
  }

  fill() {
    const data = this.data;
    while (this.n <= 24) {
      let c = this.at < data.length ? data[this.at] : -1;
      if (c === 0xff) {
        let next = this.at + 1;
        while (data[next] === 0xff) next++;
        if (data[next] === 0) this.at = next;
        else c = -1; // a marker
      }
      if (c < 0) {
        c = 0;
        this.pad += 8;
      } else {
        this.at++;
      }
      this.acc = (this.acc << 8) | c;
      this.n += 8;
    }
  }

  take(n) {
    if (this.n < n) this.fill();
    this.n -= n;
    return (this.acc >>> this.n) & ((1 << n) - 1);
  }

  extended(n) {
    if (n === 0) return 0;
    const v = this.take(n);
    return v < 1 << (n - 1) ? v - (1 << n) + 1 : v;
  }

  value(code) {
    if (this.n < 17) this.fill();
    const v = (this.acc >>> (this.n - 16)) & 0xffff;
    const e = code.short[v >> (16 - shortBits)];
    if (e) {
      this.n -= e >> 8;
      return e & 255;
    }
    for (let length = shortBits + 1; length <= 16; length++) {
      if (v < code.limit[length]) {
        this.n -= length;
        return code.values[code.offset[length] + (v >> (16 - length))];
      }
    }
    this.n -= 17;
    return 0;
  }

  restart(due) {
    this.acc = this.n = this.pad = 0;
    for (let at = nextMarker(this.data, this.at); at >= 0; at = nextMarker(this.data, at + 2)) {
      this.at = at;
      const marker = this.data[at + 1];
      if (marker < 0xc0) continue;
      const early = (marker - due) & 7;
      if (early === 1 || early === 2) return;
      if (early === 6 || early === 7) continue;
      this.at = at + 2;
      this.dry = false;
      return;
    }
    this.at = this.data.length;
  }
}
