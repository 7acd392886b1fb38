// Reads JPEGs where the browser's canvas cannot: it lies, or the photo has more
// pixels than a phone has memory for. The same as intake/photo/jpegread, which
// explains it, and as forgiving.
import { APP0, APP14, DHT, DNL, DQT, DRI, isFrame, segments, SOS } from "./jpeg.js";
import { Bits, defineCodes, prepare } from "./jpegbits.js";
import { put, weave } from "./jpegsamples.js";
import { zigzag } from "./jpegtables.js";

const ceil = (a, b) => Math.floor((a + b - 1) / b);
const word = (b, at) => (b[at] << 8) | b[at + 1];
const begins = (b, text) => Array.from(text).every((char, i) => b[i] === char.charCodeAt(0));

/** Returns {width, height, …} of a JPEG, or null where it is of no kind that is read. */
export function readJPEG(bytes) {
  let file = null, jfif = false, adobe = -1, later = 0;
  for (const { marker, content: c } of segments(bytes)) {
    if (marker === APP0 && begins(c, "JFIF\0")) jfif = true;
    if (marker === APP14 && c.length >= 12 && begins(c, "Adobe")) adobe = c[11];
    if (marker === DNL && c.length >= 2) later = word(c, 0);
    if (!isFrame(marker) || file) continue;
    const n = c[5];
    if (marker > 0xc2 || c[0] !== 8 || !(n > 0 && n < 5) || c.length < 6 + 3 * n) return null;
    file = { bytes, height: word(c, 1), width: word(c, 3), progressive: marker === 0xc2, components: [] };
    for (let at = 6; at < 6 + 3 * n; at += 3) {
      const one = n === 1; // then its sampling factors mean nothing
      file.components.push({ id: c[at], h: one ? 1 : c[at + 1] >> 4, v: one ? 1 : c[at + 1] & 15, table: c[at + 2] & 3 });
    }
    if (!file.components.every(({ h, v }) => h && h < 5 && v && v < 5)) return null;
  }
  if (!file) return null;
  file.height = file.height || later;
  const ids = String.fromCharCode(...file.components.map((c) => c.id));
  const rgb = ids.length === 3 && !jfif && (adobe >= 0 ? adobe === 0 : ids === "RGB");
  const ycc = ids.length === 4 ? adobe > 0 : ids.length === 3 && !rgb;
  return file.width && file.height ? { ...file, ycc } : null;
}

/**
 * Decodes the picture, at least want pixels on its longer side or whole where
 * that is less, and returns {width, height, data} with data in RGBA, or null
 * where there is nothing of it. It is a generator that yields now and then: a
 * page must not stand still for a photo of 200 megapixels.
 */
export function* decodeJPEG(file, want) {
  const side = [1, 2, 4].find((n) => ceil(Math.max(file.width, file.height) * n, 8) >= want) || 8;
  const hmax = Math.max(...file.components.map((c) => c.h)), vmax = Math.max(...file.components.map((c) => c.v));
  const across = ceil(file.width, 8 * hmax), down = ceil(file.height, 8 * vmax);
  const place = zigzag.map((at) => ((at & 7) < side && at >> 3 < side ? (at >> 3) * side + (at & 7) : -1));
  const planes = file.components.map((c) => {
    const blocks = across * c.h * down * c.v;
    return {
      ...c, across: across * c.h, quant: null, stride: across * c.h * side,
      own: [ceil(ceil(file.width * c.h, hmax), 8), ceil(ceil(file.height * c.v, vmax), 8)],
      samples: new Uint8Array(blocks * side * side).fill(128),
      low: file.progressive && new Int16Array(blocks * side * side), nonzero: file.progressive && new Int32Array(2 * blocks),
    };
  });
  const state = { quant: [], codes: [[], []], interval: 0, place, side, decoded: 0, seen: new Set(), progressive: file.progressive, planes, across, down };
  let frame = false;
  for (const { marker, content, data } of segments(file.bytes)) {
    if (marker === DQT) defineQuant(state, content);
    else if (marker === DHT) defineCodes(state, content);
    else if (marker === DRI) state.interval = word(content, 0);
    else if (isFrame(marker)) {
      if (frame) break;
      frame = true;
    } else if (marker === SOS && !(yield* scan(state, content, data))) break;
  }
  if (!state.decoded) return null;
  if (file.progressive) yield* transformAll(state);
  return yield* weave(file, planes, side, hmax, vmax);
}

function defineQuant(state, b) {
  for (let at = 0; at < b.length;) {
    const wide = b[at] >> 4 ? 2 : 1, id = b[at++] & 3;
    if (at + 64 * wide > b.length) return;
    state.quant[id] = Float32Array.from({ length: 64 }, (_, k) => (wide === 2 ? word(b, at + 2 * k) : b[at + k]));
    at += 64 * wide;
  }
}

// Decodes a scan; returns false where it cannot be.
function* scan(state, head, data) {
  const { planes, progressive } = state;
  const n = head[0];
  if (!n || n > planes.length || head.length < 4 + 2 * n) return false;
  const parts = [];
  for (let i = 0; i < n; i++) {
    const plane = planes.find((p) => p.id === head[1 + 2 * i] && !parts.some((part) => part.plane === p)) || planes[i];
    if (parts.some((part) => part.plane === plane)) return false;
    parts.push({ plane, dc: (head[2 + 2 * i] >> 4) & 3, ac: head[2 + 2 * i] & 3, last: 0 });
  }
  const [start, end, bits] = progressive ? head.subarray(1 + 2 * n) : [0, 63, 0];
  const pass = { start, end, first: !(bits >> 4), low: bits & 15, run: 0 };
  if (start > end || end > 63 || pass.low > 13 || (progressive && (start ? n > 1 : end > 0))) return false;
  for (const part of parts) {
    const plane = part.plane;
    plane.quant = plane.quant || state.quant[plane.table];
    if (start === 0 && pass.first) part.dc = prepare(state, 0, part.dc);
    if (end > 0) part.ac = prepare(state, 1, part.ac);
    if (!plane.quant || part.dc === null || part.ac === null) return false;
  }
  const again = !progressive && parts.some((part) => state.seen.has(part.plane));
  parts.forEach((part) => state.seen.add(part.plane));
  if (again) return true; // it tells nothing new

  const input = new Bits(data), block = new Float32Array(64);
  const [across, down] = n === 1 ? parts[0].plane.own : [state.across, state.down];
  for (let mcu = 0; mcu < across * down; mcu++) {
    if (mcu % across === 0) yield;
    if (state.interval && mcu && mcu % state.interval === 0) {
      input.restart(0xd0 + ((mcu / state.interval - 1) & 7));
      pass.run = 0;
      parts.forEach((part) => { part.last = 0; });
    }
    if (input.dry) {
      if (!state.interval) break;
      continue;
    }
    for (let i = 0; i < n; i++) {
      const part = parts[i], plane = part.plane;
      const h = n === 1 ? 1 : plane.h, v = n === 1 ? 1 : plane.v;
      const x0 = (mcu % across) * h, y0 = Math.floor(mcu / across) * v;
      for (let y = y0; y < y0 + v; y++) {
        for (let x = x0; x < x0 + h; x++) {
          if (progressive) progress(state, input, pass, part, y * plane.across + x);
          else put(plane, x, y, state.side, block, sequential(state, input, part, block));
        }
      }
    }
    input.dry = input.n < input.pad;
    if (!input.dry) state.decoded++;
  }
  return true;
}

// Decodes a block and returns the place of its last coefficient.
function sequential({ place }, input, part, block) {
  const quant = part.plane.quant;
  block.fill(0);
  part.last += input.extended(input.value(part.dc) & 15);
  block[0] = part.last * quant[0];
  let last = 0;
  for (let k = 1; k < 64; k++) {
    const v = input.value(part.ac), size = v & 15;
    if (!size) {
      if (v < 0xf0) break;
      k += 15;
      continue;
    }
    k += v >> 4;
    const value = input.extended(size);
    if (k > 63) break;
    const at = place[k];
    if (at >= 0) {
      block[at] = value * quant[k];
      if (at > last) last = at;
    }
  }
  return last;
}

// Decodes what a scan of a progressive picture says of a block.
function progress({ place, side }, input, pass, part, block) {
  const { low, nonzero } = part.plane;
  const base = block * side * side;
  const isNonzero = (k) => (nonzero[2 * block + (k >> 5)] >>> (k & 31)) & 1;
  const set = (k, value) => {
    nonzero[2 * block + (k >> 5)] |= 1 << (k & 31);
    if (place[k] >= 0) low[base + place[k]] = value;
  };
  if (pass.start === 0) {
    if (pass.first) {
      part.last += input.extended(input.value(part.dc) & 15);
      low[base] = part.last << pass.low;
    } else {
      low[base] |= input.take(1) << pass.low;
    }
    return;
  }
  let k = pass.start;
  if (pass.first) {
    for (; !pass.run && k <= pass.end; k++) {
      const v = input.value(part.ac), size = v & 15;
      if (!size && v < 0xf0) {
        pass.run = (1 << (v >> 4)) + input.take(v >> 4);
        break;
      }
      k += v >> 4;
      const value = input.extended(size);
      if (size && k <= pass.end) set(k, value << pass.low);
    }
    if (pass.run) pass.run--;
    return;
  }
  // A coefficient that is not zero has one more bit.
  const refine = () => {
    const at = base + place[k];
    if (input.take(1) && place[k] >= 0) low[at] += low[at] >= 0 ? 1 << pass.low : -1 << pass.low;
  };
  for (; !pass.run && k <= pass.end; k++) {
    const v = input.value(part.ac), size = v & 15;
    if (!size && v < 0xf0) {
      pass.run = (1 << (v >> 4)) + input.take(v >> 4);
      break;
    }
    const value = size ? (2 * input.take(1) - 1) << pass.low : 0;
    for (let zeros = v >> 4; k <= pass.end; k++) {
      if (isNonzero(k)) refine();
      else if (zeros-- === 0) break;
    }
    if (value && k <= pass.end) set(k, value);
  }
  if (pass.run) {
    for (; k <= pass.end; k++) {
      if (isNonzero(k)) refine();
    }
    pass.run--;
  }
}

// Makes the samples of a progressive picture.
function* transformAll({ planes, place, side }) {
  const block = new Float32Array(64);
  for (const plane of planes) {
    for (let i = 0; i < plane.samples.length / side / side; i++) {
      if (i % plane.across === 0) yield;
      block.fill(0);
      let last = 0;
      for (let k = 0; k < 64; k++) {
        const v = place[k] >= 0 && plane.quant ? plane.low[i * side * side + place[k]] : 0;
        if (v) {
          block[place[k]] = v * plane.quant[k];
          last = Math.max(last, place[k]);
        }
      }
      put(plane, i % plane.across, Math.floor(i / plane.across), side, block, last);
    }
    plane.low = plane.nonzero = null;
  }
}
