// A photo as the phone gave it → a JPEG with nothing of the camera left.
import { canvasIsHonest, draw, loadImage, release, turnsPhotos } from "../shared/canvas.js";
import { isHEIC, isJPEG, orientation } from "../shared/jpeg.js";
import { decodeJPEG, readJPEG } from "../shared/jpegread.js";
import { encodeJPEG } from "../shared/jpegwrite.js";
import { decodePNG, isPNG } from "../shared/pngread.js";
import { shrink, turned } from "../shared/picture.js";

const maxUpload = 100 << 20; // some phones' photos of 200 megapixels have 70
const maxSide = 1600;

// The browser decodes a photo whole, in 4 bytes a pixel, and a phone that has no
// room for it closes the page with all that was typed.
const maxDrawn = 50e6;

/** What is wrong with a photo: problem is a key of the page's sentences. */
export class PhotoProblem extends Error {
  constructor(problem) {
    super(problem);
    this.problem = problem;
  }
}

/**
 * Resolves to the clean photo as {bytes, blob}, of at most limit bytes.
 * Rejects with a PhotoProblem: photo_heic, photo_unreadable, photo_too_large.
 */
export async function cleanPhoto(file, limit) {
  if (file.size > maxUpload) throw new PhotoProblem("photo_too_large");
  const bytes = new Uint8Array(await readFile(file).catch(refuse));
  const picture = await (isJPEG(bytes) ? redrawJPEG(bytes, file.type) : redraw(bytes, file.type));
  if (!picture) throw new PhotoProblem(isHEIC(bytes) ? "photo_heic" : "photo_unreadable");
  const clean = await fitted(picture, limit);
  return { blob: new Blob([clean], { type: "image/jpeg" }), bytes: clean };
}

function refuse() {
  throw new PhotoProblem("photo_unreadable");
}

// A screenshot can be read without the canvas too.
async function redraw(bytes, type) {
  const picture = canvasIsHonest() && (await drawn(new Blob([bytes], { type }), 1));
  if (picture || !isPNG(bytes)) return picture;
  const read = await decodePNG(bytes, maxDrawn);
  return read && shrink(read, maxSide);
}

// The canvas first: the browser shows what the phone shows, in its colours.
async function redrawJPEG(bytes, type) {
  const jpeg = readJPEG(bytes);
  const turn = orientation(bytes);
  const drawable = canvasIsHonest() && !(jpeg && jpeg.width * jpeg.height > maxDrawn);
  const picture = drawable && (await drawn(new Blob([bytes], { type }), turnsPhotos() ? 1 : turn));
  if (picture || !jpeg) return picture;
  const decoded = await unhurried(decodeJPEG(jpeg, maxSide));
  return decoded && turned(shrink(decoded, maxSide), turn);
}

// Runs a generator to its end and lets the page live meanwhile.
async function unhurried(work) {
  for (let began = Date.now(); ;) {
    const { done, value } = work.next();
    if (done) return value;
    if (Date.now() - began > 40) {
      await new Promise((resolve) => setTimeout(resolve));
      began = Date.now();
    }
  }
}

// Resolves to null where the browser cannot.
async function drawn(blob, turn) {
  let img;
  try {
    img = await loadImage(blob);
    return draw(img, maxSide, turn);
  } catch {
    return null;
  } finally {
    if (img) release(img);
  }
}

// Coarser and smaller until it fits, in the steps that the server takes.
async function fitted(picture, limit) {
  for (;;) {
    for (const quality of [85, 75, 65, 50]) {
      const bytes = await unhurried(encodeJPEG(picture, quality));
      if (bytes.length <= limit) return bytes;
    }
    const side = Math.floor((Math.max(picture.width, picture.height) * 3) / 4);
    if (side < 64) throw new PhotoProblem("photo_too_large");
    picture = shrink(picture, side);
  }
}

// Blob.arrayBuffer is not in Chrome 75.
function readFile(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsArrayBuffer(blob);
  });
}
