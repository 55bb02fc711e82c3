import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { AlertSettings } from '@shared/alert-settings'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import { toProblem } from '@shared/result'
import { useAnnouncer } from './announcer'
import { useSettings } from './settings'

/** What people choose about alerts: a change is seen at once, and taken back when it could not be kept. */
export const useAlertChoices = defineStore('alert-choices', () => {
  const settings = useSettings()
  const announcer = useAnnouncer()
  /** What was chosen and is not kept yet: the next choice builds on it. */
  const wanted = ref<AlertSettings | null>(null)
  const kept = computed(() => settings.view?.values.alerts ?? DEFAULT_ALERT_SETTINGS)
  const values = computed(() => wanted.value ?? kept.value)
  let turn = 0
  /** One at a time: what was chosen first must not arrive last. */
  let line: Promise<unknown> = Promise.resolve()

  /** Chooses part of it anew. Never throws: a refusal is said. */
  function change(part: Partial<AlertSettings>): Promise<void> {
    const mine = ++turn
    const value = { ...values.value, ...part }
    wanted.value = value
    const done = line.then(() => keep(value, mine))
    line = done
    return done
  }

  async function keep(value: AlertSettings, mine: number): Promise<void> {
    try {
      await settings.change({ name: 'alerts', value })
    } catch (thrown) {
      announcer.tell(toProblem(thrown).message)
    } finally {
      if (mine === turn) wanted.value = null
    }
  }

  /** Switches the notifications of one rule. */
  function notify(rule: keyof AlertSettings['notify'], on: boolean): Promise<void> {
    return change({ notify: { ...values.value.notify, [rule]: on } })
  }

  return { values, change, notify }
})
