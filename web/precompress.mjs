// Writes a .br and a .gz beside every built asset, so that the server never compresses while someone waits.
// The two pages are left alone: the server fills their placeholders at start and compresses the outcome itself.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const folder = new URL("./dist/assets/", import.meta.url);
const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };

for (const name of readdirSync(folder).filter((name) => !/\.(br|gz)$/.test(name))) {
  const plain = readFileSync(new URL(name, folder));
  const brotli = brotliCompressSync(plain, quality);
  writeFileSync(new URL(`${name}.br`, folder), brotli);
  writeFileSync(new URL(`${name}.gz`, folder), gzipSync(plain, { level: 9 }));
  console.log(`${name}  ${plain.length} B, brotli ${brotli.length} B`);
}
