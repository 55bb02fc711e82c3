import { expect, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'
import { madeParents, madeTarget } from '../support/synthetic'
import { AlertHome } from './alert-home'

const folder = useTempFolder()

it('an incident names the instance of an app that has several, and what is muted of it', async () => {
  const home = new AlertHome(folder.path('archive.db'))
  const { appKey, name } = madeTarget(1)
  home.appender.update(madeParents([madeTarget(4, { appKey, name, instanceIndex: 1 })]))
  await home.look()
  home.fails(6, 4)
  home.fails(6, 2)
  const { open } = await home.look()
  const named = open.flatMap(({ targets }) => targets.map((target) => `${target.appKey}.${target.name}`))
  expect(named.sort()).toEqual(['app_1.target_1 · 1', 'app_2.target_2'])

  const [first] = open
  const targetId = first?.targets.find((target) => target.name.endsWith('· 1'))?.targetId ?? 0
  const { sourceId } = home
  const { muted } = await home.look([{ kind: 'muteTarget', sourceId, targetId, muted: true }])
  expect(muted.map(({ title }) => title)).toEqual(['app_1.target_1 · 1'])
})
