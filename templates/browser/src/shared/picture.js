// Pictures as {width, height, data}, data being opaque RGBA.

/** Returns the size of a picture of width × height whose longer side is at most side. */
export function fit(width, height, side) {
  const scale = Math.min(1, side / Math.max(width, height));
  return [width, height].map((n) => Math.max(1, Math.round(n * scale)));
}

/**
 * Returns the picture, its longer side at most side pixels. Each pixel is the
 * mean of the area that it covers, as on the server.
 */
export function shrink(picture, side) {
  const [width, height] = fit(picture.width, picture.height, side);
  if (width === picture.width && height === picture.height) return picture;
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  const columns = shares(picture.width, width), rows = shares(picture.height, height);
  let sum = new Float32Array(3 * width + 3), next = new Float32Array(3 * width + 3);
  const line = new Float32Array(3 * width + 3);
  for (let y = 0; y < picture.height; y++) {
    line.fill(0);
    for (let x = 0, from = 4 * y * picture.width; x < picture.width; x++, from += 4) {
      const to = 3 * columns.at[x], first = columns.first[x], second = columns.second[x];
      for (let i = 0; i < 3; i++) {
        line[to + i] += first * picture.data[from + i];
        line[to + 3 + i] += second * picture.data[from + i];
      }
    }
    const at = rows.at[y];
    for (let i = 0; i < line.length; i++) {
      sum[i] += rows.first[y] * line[i];
      next[i] += rows.second[y] * line[i];
    }
    if (y + 1 < picture.height && rows.at[y + 1] === at) continue;
    for (let x = 0; x < width; x++) {
      for (let i = 0; i < 3; i++) data[4 * (at * width + x) + i] = sum[3 * x + i];
    }
    [sum, next] = [next, sum.fill(0)];
  }
  return { width, height, data };
}

// How the elements of a line of m become n: where each goes, with how much of it,
// and how much goes to the one after.
function shares(m, n) {
  const at = new Int32Array(m), first = new Float32Array(m), second = new Float32Array(m);
  for (let i = 0; i < m; i++) {
    at[i] = Math.floor((i * n) / m);
    second[i] = Math.max(0, (i + 1) * n - (at[i] + 1) * m) / m;
    first[i] = n / m - second[i];
  }
  return { at, first, second };
}

/** Returns the picture as the Exif orientation (1 to 8) asks for it. */
export function turned(picture, turn) {
  if (turn === 1) return picture;
  const { width: w, height: h } = picture;
  const [width, height] = turn > 4 ? [h, w] : [w, h];
  const from = new Uint32Array(picture.data.buffer), out = new Uint32Array(w * h);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [a, b] = turn > 4 ? [y, x] : [x, y];
      const mirroredX = [2, 3, 7, 8].includes(turn), mirroredY = [3, 4, 6, 7].includes(turn);
      out[y * width + x] = from[(mirroredY ? h - 1 - b : b) * w + (mirroredX ? w - 1 - a : a)];
    }
  }
  return { width, height, data: new Uint8ClampedArray(out.buffer) };
}
