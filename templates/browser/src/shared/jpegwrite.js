// A JPEG of a picture, with the tables, the sampling and the order of segments
// that the server's encoder (Go's image/jpeg) has: a photo must not tell which
// browser has sealed it.
import { cosines, usual, zigzag } from "./jpegtables.js";

// Quantization (ITU-T T.81, K.1), in the order of the zigzag.
const quantization = [
  "16,11,12,14,12,10,16,14,13,14,18,17,16,19,24,40,26,24,22,22,24,49,35,37,29,40,58,51,61,60,57,51,"
    + "56,55,64,72,92,78,64,68,87,69,55,56,80,109,81,87,95,98,103,104,103,62,77,113,121,112,100,120,92,101,103,99",
  "17,18,18,24,21,24,47,26,26,47,99,66,56,66" + ",99".repeat(50),
].map((list) => list.split(",").map(Number));

// The code of each value as [bits, length].
const codes = usual.map((kind) => kind.map(({ counts, values }) => {
  const table = [];
  let code = 0, k = 0;
  counts.forEach((n, i) => {
    for (; n > 0; n--) table[values[k++]] = [code++, i + 1];
    code <<= 1;
  });
  return table;
}));

/**
 * Returns a JPEG of {width, height, data}, data being opaque RGBA; quality is 50
 * to 100. It is a generator that yields now and then.
 */
export function* encodeJPEG({ width, height, data }, quality) {
  const out = [0xff, 0xd8];
  const segment = (marker, ...content) => {
    const bytes = [].concat(...content);
    out.push(0xff, marker, (bytes.length + 2) >> 8, (bytes.length + 2) & 255, ...bytes);
  };
  const scale = 200 - 2 * quality;
  const quant = quantization.map((table) => table.map((q) => Math.min(Math.max(Math.floor((q * scale + 50) / 100), 1), 255)));
  segment(0xdb, 0, quant[0], 1, quant[1]);
  segment(0xc0, 8, height >> 8, height & 255, width >> 8, width & 255, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1);
  const table = (kind, i) => [16 * kind + i, ...usual[kind][i].counts, ...usual[kind][i].values];
  segment(0xc4, table(0, 0), table(1, 0), table(0, 1), table(1, 1));
  segment(0xda, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0);

  let bits = 0, n = 0;
  const put = (value, length) => {
    bits = (bits << length) | value;
    for (n += length; n >= 8; n -= 8) {
      const byte = (bits >> (n - 8)) & 255;
      out.push(byte);
      if (byte === 0xff) out.push(0);
    }
    bits &= (1 << n) - 1;
  };
  // A number as its size and as many bits (F.1.2.1); prefix goes into the code.
  const number = (v, prefix, code) => {
    const size = 32 - Math.clz32(Math.abs(v));
    put(...code[prefix | size]);
    if (size) put(v < 0 ? v + (1 << size) - 1 : v, size);
  };
  const last = [0, 0, 0];
  const write = (block, component) => {
    const i = component ? 1 : 0;
    transform(block);
    let zeros = 0;
    for (let k = 0; k < 64; k++) {
      const v = Math.round(block[zigzag[k]] / quant[i][k]);
      if (k === 0) {
        number(v - last[component], 0, codes[0][i]);
        last[component] = v;
      } else if (v === 0) {
        zeros++;
      } else {
        for (; zeros > 15; zeros -= 16) put(...codes[1][i][0xf0]);
        number(v, 16 * zeros, codes[1][i]);
        zeros = 0;
      }
    }
    if (zeros) put(...codes[1][i][0]);
  };
  const block = new Float32Array(64), blue = new Float32Array(64), red = new Float32Array(64);
  for (let top = 0; top < height; top += 16) {
    yield;
    for (let left = 0; left < width; left += 16) {
      blue.fill(0);
      red.fill(0);
      for (let quarter = 0; quarter < 4; quarter++) {
        const x0 = 8 * (quarter & 1), y0 = 4 * (quarter & 2);
        for (let i = 0; i < 64; i++) {
          const x = x0 + (i & 7), y = y0 + (i >> 3);
          const at = 4 * (Math.min(top + y, height - 1) * width + Math.min(left + x, width - 1));
          const r = data[at], g = data[at + 1], b = data[at + 2];
          block[i] = 0.299 * r + 0.587 * g + 0.114 * b - 128;
          const to = 8 * (y >> 1) + (x >> 1);
          blue[to] += (-0.168736 * r - 0.331264 * g + 0.5 * b) / 4;
          red[to] += (0.5 * r - 0.418688 * g - 0.081312 * b) / 4;
        }
        write(block, 0);
      }
      write(blue, 1);
      write(red, 2);
    }
  }
  put(0x7f, 7);
  out.push(0xff, 0xd9);
  return Uint8Array.from(out);
}

// The forward transform (A.3.3), by rows and by columns.
function transform(block) {
  for (let i = 0; i < 8; i++) line(block, 8 * i, 1);
  for (let i = 0; i < 8; i++) line(block, i, 8);
}

const [, c1, c2, c3, c4, c5, c6, c7] = cosines;

function line(b, at, step) {
  const far = at + 7 * step;
  const a0 = b[at] + b[far], d0 = b[at] - b[far];
  const a1 = b[at + step] + b[far - step], d1 = b[at + step] - b[far - step];
  const a2 = b[at + 2 * step] + b[far - 2 * step], d2 = b[at + 2 * step] - b[far - 2 * step];
  const a3 = b[at + 3 * step] + b[far - 3 * step], d3 = b[at + 3 * step] - b[far - 3 * step];
  b[at] = (a0 + a1 + a2 + a3) * c4;
  b[at + step] = d0 * c1 + d1 * c3 + d2 * c5 + d3 * c7;
  b[at + 2 * step] = (a0 - a3) * c2 + (a1 - a2) * c6;
  b[at + 3 * step] = d0 * c3 - d1 * c7 - d2 * c1 - d3 * c5;
  b[at + 4 * step] = (a0 - a1 - a2 + a3) * c4;
  b[at + 5 * step] = d0 * c5 - d1 * c1 + d2 * c7 + d3 * c3;
  b[at + 6 * step] = (a0 - a3) * c6 - (a1 - a2) * c2;
  b[at + 7 * step] = d0 * c7 - d1 * c5 + d2 * c3 - d3 * c1;
}
