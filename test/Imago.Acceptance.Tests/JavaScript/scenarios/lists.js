// Lists come in pages, and the pages together hold everything once.
import assert from 'node:assert/strict'
import { all, location, resources } from './clients.js'

const names = Array.from({ length: 25 }, (_, n) => `js-list-${String(n).padStart(2, '0')}`)
for (const name of names) await resources.resourceGroups.createOrUpdate(name, { location })

const pages = []
for await (const page of resources.resourceGroups.list({ top: 10 }).byPage()) pages.push(page.map((g) => g.name))
assert.ok(pages.length >= 3, `25 groups in pages of 10 came in ${pages.length} pages.`)
assert.ok(pages.every((page) => page.length <= 10))
assert.deepEqual(pages.flat().filter((n) => n.startsWith('js-list-')), names)
assert.equal(new Set(pages.flat()).size, pages.flat().length)

for (const name of names) await resources.resourceGroups.beginDeleteAndWait(name)
assert.ok(!(await all(resources.resourceGroups.list())).some((g) => g.name.startsWith('js-list-')))
