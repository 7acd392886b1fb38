// The codes in a photo or a scan of a sheet.
import decodeQR from "qr/decode.js";
import { shrink } from "../../shared/picture.js";

// The sizes, in pixels of the longer side, at which a picture is looked at: a photo
// that is not sharp is read better when it is small, a whole sheet when it is large.
const sides = [1600, 1000, 2400, 700, 3200];

/**
 * Returns the texts of the QR codes in the picture {width, height, data}, data being
 * opaque RGBA. enough(texts) tells when no further one is looked for; rest() is
 * awaited between two looks, so that the page goes on painting.
 */
export async function codesIn(picture, enough, rest = async () => {}) {
  const found = new Set();
  const longer = Math.max(picture.width, picture.height);
  for (const side of sides.filter((side, i) => side <= longer || i === 0 || side < 1000)) {
    const small = shrink(picture, side);
    const view = small === picture ? { ...picture, data: picture.data.slice() } : small;
    for (let code = read(view); code; code = read(view)) {
      found.add(code.text);
      if (enough([...found])) return [...found];
      cover(view, code.corners);
      await rest();
    }
    await rest();
  }
  return [...found];
}

function read(view) {
  let corners;
  try {
    const text = decodeQR(view, { format: "RGBA", effort: 10, timeLimit: 1500, pointsOnDetect: (points) => { corners = points.bounds; } });
    return { text, corners };
  } catch {
    return null; // none, or none that can be read
  }
}

// Covers a code that was read with white, so that the next look finds another.
function cover({ width, height, data }, corners) {
  const span = (axis, end) => [Math.max(0, Math.floor(Math.min(...corners.map((p) => p[axis])))), Math.min(end, Math.ceil(Math.max(...corners.map((p) => p[axis]))))];
  const [left, right] = span("x", width), [top, bottom] = span("y", height);
  for (let y = top; y < bottom; y++) data.fill(255, 4 * (y * width + left), 4 * (y * width + right));
}
