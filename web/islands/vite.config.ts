/** Every `src/<name>.ts` is an entry that a page may link by its name; what they share lies in folders below. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const src = fileURLToPath(new URL('./src/', import.meta.url))
const entries = readdirSync(src)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .map((name) => [name.slice(0, -3), src + name])

export default defineConfig({
  base: '/static/islands/',
  publicDir: false,
  worker: { format: 'es' },
  build: {
    outDir: fileURLToPath(new URL('../static/islands/', import.meta.url)),
    emptyOutDir: true,
    manifest: 'manifest.json',
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // no `data:` address, which the pages' policy refuses
    chunkSizeWarningLimit: 1500,
    rollupOptions: { input: Object.fromEntries(entries) },
  },
})
