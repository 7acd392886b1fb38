// A photo out of a tip, from someone we do not know: looked at from outside
// first, decoded, and drawn anew. Only the new picture is shown or saved.
import { canvasIsHonest, encode, loadImage, release } from "../shared/canvas.js";
import { isJPEG, measure } from "../shared/jpeg.js";
import { Problem } from "./problem.js";

// As crypto/open: a progressive picture has about ten scans, each a pass over it,
// and while one is drawn the page stands still.
const maxPixels = 25e6;
const maxScanned = 16 * maxPixels;
const maxScans = 32;
const maxSide = 16_000;
const shownSide = 2048;

/**
 * Resolves to a clean JPEG blob, its longer side at most side pixels. Rejects with the
 * Problem notphoto, photobomb or photonoise.
 */
export async function cleanPhoto(bytes, side = shownSide) {
  if (!isJPEG(bytes)) throw new Problem("notphoto");
  let claim;
  try {
    claim = measure(bytes);
  } catch {
    throw new Problem("notphoto");
  }
  const pixels = claim.width * claim.height;
  if (pixels > maxPixels || pixels * claim.scans > maxScanned || Math.max(claim.width, claim.height) > maxSide || claim.scans > maxScans) {
    throw new Problem("photobomb");
  }
  if (!canvasIsHonest()) throw new Problem("photonoise");
  let img;
  try {
    img = await loadImage(new Blob([bytes], { type: "image/jpeg" }));
  } catch {
    throw new Problem("notphoto");
  }
  try {
    return await encode(img, side, 0.9);
  } catch {
    throw new Problem("photobomb");
  } finally {
    release(img);
  }
}
