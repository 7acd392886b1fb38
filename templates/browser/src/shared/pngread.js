// Reads PNGs where the browser's canvas lies: a screenshot is one, and a
// screenshot is what people are told to send instead of a photo that cannot be
// read. As forgiving as intake/photo (ISO/IEC 15948).

const samplesOf = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }; // by the colour type

/** Reports whether the bytes begin as a PNG does. */
export const isPNG = (bytes) => [0x89, 0x50, 0x4e, 0x47].every((byte, i) => bytes[i] === byte);

/**
 * Resolves to the picture on white as {width, height, data}, data being RGBA; to
 * null where there is nothing of it, it is interlaced, or has more than maxPixels,
 * or the browser cannot inflate.
 */
export async function decodePNG(bytes, maxPixels) {
  const { head, palette, alpha, data } = chunks(bytes);
  if (!head || head.length < 13 || typeof DecompressionStream === "undefined") return null;
  const view = new DataView(head.buffer, head.byteOffset);
  const width = view.getUint32(0), height = view.getUint32(4), depth = head[8], kind = head[9];
  const n = samplesOf[kind];
  if (!(width * height > 0 && width * height <= maxPixels) || !n || ![1, 2, 4, 8, 16].includes(depth) || head[12]) return null;
  const size = Math.ceil((width * n * depth) / 8);
  const raw = new Uint8Array(height * (1 + size));
  if ((await inflate(data, raw)) < 2) return null;

  const out = new Uint8ClampedArray(4 * width * height).fill(255);
  const most = (1 << Math.min(depth, 8)) - 1;
  let above = new Uint8Array(size);
  for (let y = 0; y < height; y++) {
    const row = raw.subarray(y * (1 + size) + 1, (y + 1) * (1 + size));
    unfilter(raw[y * (1 + size)], row, above, Math.max(1, (n * depth) >> 3));
    above = row;
    const at = (i) => (depth === 8 ? row[i] : depth === 16 ? row[2 * i] : (row[(i * depth) >> 3] >> (8 - depth - ((i * depth) & 7))) & most);
    for (let x = 0, to = 4 * y * width; x < width; x++, to += 4) {
      let a = 255;
      for (let c = 0; c < 3; c++) {
        if (kind === 3) out[to + c] = palette[3 * at(x) + c];
        else out[to + c] = (at(x * n + (kind & 2 ? c : 0)) * 255) / most;
      }
      if (kind === 3 && at(x) < alpha.length) a = alpha[at(x)];
      if (kind & 4) a = at(x * n + n - 1);
      for (let c = to; a < 255 && c < to + 3; c++) out[c] = 255 - ((255 - out[c]) * a) / 255;
    }
  }
  return { width, height, data: out };
}

function chunks(bytes) {
  const found = { head: null, palette: [], alpha: [], data: [] };
  for (let at = 8; at + 8 < bytes.length;) {
    const n = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const content = bytes.subarray(at + 8, at + 8 + n);
    if (kind === "IHDR") found.head = found.head || content;
    else if (kind === "PLTE") found.palette = content;
    else if (kind === "tRNS") found.alpha = content;
    else if (kind === "IDAT") found.data.push(content);
    else if (kind === "IEND") break;
    at += n + 12;
  }
  return found;
}

// Fills out with what the pixel data inflates to, and resolves to how much that
// was. What comes after an error, a wrong checksum or too much, is not asked for.
async function inflate(data, out) {
  const reader = new Blob(data).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  let n = 0;
  try {
    while (n < out.length) {
      const { done, value } = await reader.read();
      if (done) break;
      out.set(value.subarray(0, out.length - n), n);
      n += value.length;
    }
    reader.cancel().catch(() => {});
  } catch {
    // as much as there is
  }
  return n;
}

function unfilter(filter, row, above, step) {
  for (let i = 0; filter && i < row.length; i++) {
    const left = i < step ? 0 : row[i - step], up = above[i], corner = i < step ? 0 : above[i - step];
    if (filter === 1) row[i] += left;
    else if (filter === 2) row[i] += up;
    else if (filter === 3) row[i] += (left + up) >> 1;
    else if (filter === 4) row[i] += paeth(left, up, corner);
  }
}

function paeth(a, b, c) {
  const p = a + b - c, pa = Math.abs(p - a), pb = Math.abs(p - b), pc = Math.abs(p - c);
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}
