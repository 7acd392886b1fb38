// Photos through a canvas: what comes out is the picture and nothing else of
// the file that went in.

let honest; // the answer of canvasIsHonest, asked once a page

/**
 * Reports whether the canvas gives back what was drawn on it. Browsers that
 * resist fingerprinting (Tor) return noise instead, silently: a known pattern
 * of 16×16 pixels tells.
 */
export function canvasIsHonest() {
  if (honest === undefined) {
    const side = 16;
    const canvas = newCanvas(side, side);
    const context = canvas.getContext("2d");
    const drawn = context.createImageData(side, side);
    for (let i = 0; i < side * side; i++) {
      drawn.data.set([(i * 37) & 255, (i * 91) & 255, (i * 151) & 255, 255], 4 * i);
    }
    context.putImageData(drawn, 0, 0);
    const read = context.getImageData(0, 0, side, side).data;
    honest = drawn.data.every((value, i) => value === read[i]);
  }
  return honest;
}

/**
 * Decodes the image in the blob and resolves to an <img>; rejects where the
 * browser cannot. An <img> and not createImageBitmap, which up to Chrome 109
 * does not turn photos upright. The caller calls release(img) when done.
 */
export function loadImage(blob) {
  return new Promise((resolve, reject) => {
    const img = new Image();
    img.onload = () => resolve(img);
    img.onerror = () => {
      release(img);
      reject(new Error("image cannot be decoded"));
    };
    img.src = URL.createObjectURL(blob);
  });
}

/** Lets go of an image that loadImage gave. */
export function release(img) {
  URL.revokeObjectURL(img.src);
  img.removeAttribute("src");
}

/**
 * Draws the image, scaled so that its longer side is at most maxSide pixels, on
 * white (a JPEG has no transparency), and resolves to a JPEG blob. turn is the
 * Exif orientation that the browser has not followed; see turnsPhotos.
 */
export function encode(img, maxSide, quality, turn = 1) {
  const scale = Math.min(1, maxSide / Math.max(img.naturalWidth, img.naturalHeight));
  const width = Math.max(1, Math.round(img.naturalWidth * scale));
  const height = Math.max(1, Math.round(img.naturalHeight * scale));
  const canvas = turn > 4 ? newCanvas(height, width) : newCanvas(width, height);
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.transform(...matrices[turn](width, height));
  context.imageSmoothingQuality = "high";
  context.drawImage(img, 0, 0, width, height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      canvas.width = canvas.height = 0; // frees the pixels now, not at the next collection
      if (blob && blob.type === "image/jpeg") resolve(blob);
      else reject(new Error("canvas gave no JPEG"));
    }, "image/jpeg", quality);
  });
}

/** Reports whether the browser turns photos upright by itself: Chrome does since 81. */
export function turnsPhotos() {
  return CSS.supports("image-orientation", "from-image");
}

// What each Exif orientation (1 to 8) asks for, as a canvas transform of a
// picture that is w wide and h high as stored.
const matrices = [
  null,
  () => [1, 0, 0, 1, 0, 0],
  (w) => [-1, 0, 0, 1, w, 0],
  (w, h) => [-1, 0, 0, -1, w, h],
  (w, h) => [1, 0, 0, -1, 0, h],
  () => [0, 1, 1, 0, 0, 0],
  (w, h) => [0, 1, -1, 0, h, 0],
  (w, h) => [0, -1, -1, 0, h, w],
  (w) => [0, -1, 1, 0, 0, w],
];

function newCanvas(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}
