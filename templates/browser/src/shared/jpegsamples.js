// From the coefficients of a JPEG to its samples, and to colours.
import { cosines } from "./jpegtables.js";

const ceil = (a, b) => Math.floor((a + b - 1) / b);

/**
 * Transforms a block back, by columns and by rows, and puts its samples where they
 * belong.
 */
export function put({ samples, stride }, x, y, side, block, last) {
  const at = y * side * stride + x * side;
  if (last === 0) {
    const grey = sample(block[0] / 8);
    for (let row = 0; row < side; row++) samples.fill(grey, at + row * stride, at + row * stride + side);
    return;
  }
  const line = side === 8 ? line8 : side === 4 ? line4 : line2;
  for (let i = 0; i < side; i++) line(block, i, side);
  for (let i = 0; i < side; i++) line(block, i * side, 1);
  for (let row = 0; row < side; row++) {
    for (let i = 0; i < side; i++) samples[at + row * stride + i] = sample(block[row * side + i]);
  }
}

const sample = (v) => (v < -128 ? 0 : v > 127 ? 255 : Math.floor(v + 128.5));
const [, c1, c2, c3, c4, c5, c6, c7] = cosines;

function line8(b, i, n) {
  const x1 = b[i + n], x2 = b[i + 2 * n], x3 = b[i + 3 * n], x5 = b[i + 5 * n], x6 = b[i + 6 * n], x7 = b[i + 7 * n];
  const s = (b[i] + b[i + 4 * n]) * c4, d = (b[i] - b[i + 4 * n]) * c4;
  const t = x2 * c2 + x6 * c6, u = x2 * c6 - x6 * c2;
  const o0 = x1 * c1 + x3 * c3 + x5 * c5 + x7 * c7, o1 = x1 * c3 - x3 * c7 - x5 * c1 - x7 * c5;
  const o2 = x1 * c5 - x3 * c1 + x5 * c7 + x7 * c3, o3 = x1 * c7 - x3 * c5 + x5 * c3 - x7 * c1;
  b[i] = s + t + o0;
  b[i + n] = d + u + o1;
  b[i + 2 * n] = d - u + o2;
  b[i + 3 * n] = s - t + o3;
  b[i + 4 * n] = s - t - o3;
  b[i + 5 * n] = d - u - o2;
  b[i + 6 * n] = d + u - o1;
  b[i + 7 * n] = s + t - o0;
}

function line4(b, i, n) {
  const x1 = b[i + n], x3 = b[i + 3 * n];
  const s = (b[i] + b[i + 2 * n]) * c4, d = (b[i] - b[i + 2 * n]) * c4;
  const t = x1 * c2 + x3 * c6, u = x1 * c6 - x3 * c2;
  b[i] = s + t;
  b[i + n] = d + u;
  b[i + 2 * n] = d - u;
  b[i + 3 * n] = s - t;
}

function line2(b, i, n) {
  const x0 = b[i] * c4, x1 = b[i + n] * c4;
  b[i] = x0 + x1;
  b[i + n] = x0 - x1;
}

/** Returns the picture in RGBA, of any sampling and colours. */
export function* weave(file, planes, side, hmax, vmax) {
  const width = ceil(file.width * side, 8), height = ceil(file.height * side, 8);
  const data = new Uint8ClampedArray(4 * width * height);
  const grey = planes.length < 3, inks = planes.length === 4;
  const columns = planes.map((p) => Uint16Array.from({ length: width }, (_, x) => Math.floor((x * p.h) / hmax)));
  for (let y = 0, to = 0; y < height; y++) {
    if (y % 16 === 0) yield;
    const rows = planes.map((p) => Math.floor((y * p.v) / vmax) * p.stride);
    for (let x = 0; x < width; x++, to += 4) {
      const a = planes[0].samples[rows[0] + columns[0][x]];
      data[to] = data[to + 1] = data[to + 2] = a;
      data[to + 3] = 255;
      if (grey) continue;
      const b = planes[1].samples[rows[1] + columns[1][x]], c = planes[2].samples[rows[2] + columns[2][x]];
      if (file.ycc) {
        data[to] = a + 1.402 * (c - 128);
        data[to + 1] = a - 0.344136 * (b - 128) - 0.714136 * (c - 128);
        data[to + 2] = a + 1.772 * (b - 128);
      } else {
        data[to + 1] = b;
        data[to + 2] = c;
      }
      if (inks) { // of which 255 is none
        const k = planes[3].samples[rows[3] + columns[3][x]] / 255;
        for (let i = to; i < to + 3; i++) data[i] = (file.ycc ? 255 - data[i] : data[i]) * k;
      }
    }
  }
  return { width, height, data };
}
