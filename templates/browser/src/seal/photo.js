// A photo as the phone gave it → a JPEG with nothing of the camera left.
import { canvasIsHonest, encode, loadImage, release, turnsPhotos } from "../shared/canvas.js";
import { isHEIC, isJPEG, measure, orientation, strip } from "../shared/jpeg.js";

const maxUpload = 40 << 20;
const maxPixels = 100e6;

// Smaller and coarser until it fits.
const steps = [[1600, 0.82], [1600, 0.7], [1280, 0.7], [1024, 0.65], [800, 0.6], [640, 0.5]];

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
  let bytes;
  try {
    bytes = new Uint8Array(await readFile(file));
  } catch {
    throw new PhotoProblem("photo_unreadable");
  }
  if (isHEIC(bytes)) throw new PhotoProblem("photo_heic");
  const clean = canvasIsHonest() ? await redraw(bytes, file.type, limit) : stripped(bytes, limit);
  return { blob: new Blob([clean], { type: "image/jpeg" }), bytes: clean };
}

async function redraw(bytes, type, limit) {
  let turn = 1;
  if (isJPEG(bytes)) {
    const { width, height } = attempt(() => measure(bytes));
    if (width * height > maxPixels) throw new PhotoProblem("photo_too_large");
    if (!turnsPhotos()) turn = orientation(bytes);
  }
  let img;
  try {
    img = await loadImage(new Blob([bytes], { type }));
  } catch {
    throw new PhotoProblem("photo_unreadable");
  }
  try {
    for (const [side, quality] of steps) {
      const blob = await encode(img, side, quality, turn);
      // Chrome writes a colour profile that names its maker; it is plain sRGB.
      if (blob.size <= limit) return strip(new Uint8Array(await readFile(blob)));
    }
  } catch {
    throw new PhotoProblem("photo_unreadable");
  } finally {
    release(img);
  }
  throw new PhotoProblem("photo_too_large");
}

// Where the canvas cannot be trusted the picture stays as it is coded, and
// only what stands around it is dropped.
function stripped(bytes, limit) {
  const clean = attempt(() => strip(bytes));
  if (clean.length > limit) throw new PhotoProblem("photo_too_large");
  return clean;
}

function attempt(work) {
  try {
    return work();
  } catch {
    throw new PhotoProblem("photo_unreadable");
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
