import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import type { SettingChange, SettingsView, Theme } from '@shared/settings'
import { THEMES } from '@shared/settings'
import { useClient } from '../api/client'

/** Settings in force; the theme is applied to the document here. */
export const useSettings = defineStore('settings', () => {
  const client = useClient()
  const view = ref<SettingsView | null>(null)
  const theme = computed<Theme>(() => view.value?.values.theme ?? 'system')

  watch(theme, (now) => {
    // The CSP forbids style attributes in HTML, not the object model. The attribute is for style sheets whose
    // `light-dark()` was compiled away for an older browser: they cannot see the property.
    const root = document.documentElement
    root.style.colorScheme = now === 'system' ? '' : now
    if (now === 'system') root.removeAttribute('data-theme')
    else root.setAttribute('data-theme', now)
  })

  /** Reads the settings and follows them from now on. */
  async function start(): Promise<void> {
    client.events.settingsChanged((next) => {
      view.value = next
    })
    view.value = await client.settings.get()
  }

  /** Sets the theme at once and keeps it. */
  async function setTheme(value: Theme): Promise<void> {
    if (view.value) view.value = { ...view.value, values: { ...view.value.values, theme: value } }
    await change({ name: 'theme', value })
  }

  /** Changes a setting and keeps it. */
  async function change(wanted: SettingChange): Promise<void> {
    view.value = await client.settings.change(wanted)
  }

  /** System → light → dark → system. */
  function nextTheme(): Promise<void> {
    return setTheme(THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'system')
  }

  return { view, theme, start, change, setTheme, nextTheme }
})
