import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import RunStrip from '@renderer/components/targets/RunStrip.vue'
import ClippedText from '@renderer/components/ui/ClippedText.vue'
import SegmentedControl from '@renderer/components/ui/SegmentedControl.vue'
import VisibleText from '@renderer/components/ui/VisibleText.vue'

describe('a choice of one', () => {
  const options = ['a', 'b', 'c'].map((value) => ({ value, words: value.toUpperCase() }))
  const choice = (modelValue: string | null) => {
    const control = mount(SegmentedControl, {
      props: {
        options,
        label: 'Letter',
        modelValue,
        'onUpdate:modelValue': (value: string | null) => void control.setProps({ modelValue: value }),
      },
      attachTo: document.body,
    })
    return control
  }
  const stops = (control: ReturnType<typeof choice>): (string | undefined)[] =>
    control.findAll('[role=radio]').map((radio) => radio.attributes('tabindex'))

  it('is one tab stop: what is chosen, or the first when nothing known is', () => {
    expect(stops(choice('b'))).toEqual(['-1', '0', '-1'])
    expect(stops(choice('6h'))).toEqual(['0', '-1', '-1'])
  })

  it('goes round with the arrows and takes the focus along', async () => {
    const control = choice('c')
    await control.findAll('[role=radio]')[2]?.trigger('keydown', { key: 'ArrowRight' })
    expect(control.props('modelValue')).toBe('a')
    expect(document.activeElement?.textContent).toContain('A')
  })
})

describe('a strip of runs', () => {
  const summary = (strip: string, cells = 50): string | undefined =>
    mount(RunStrip, { props: { strip, cells } }).attributes('aria-label')

  it('says in words what it shows, and only of what it shows', () => {
    expect(summary('')).toBe('No run yet')
    expect(summary('o')).toBe('Last 1 run: none failed')
    expect(summary('oofdtcs')).toBe('Last 7 runs: 2 failed, 1 timed out, 1 cancelled, 1 skipped')
    expect(summary(`${'f'.repeat(30)}${'o'.repeat(25)}`, 25)).toBe('Last 25 runs: none failed')
  })

  it('puts the newest at the right end and leaves missing ones blank', () => {
    const paths = mount(RunStrip, { props: { strip: 'of', cells: 50 } }).findAll('path')
    expect(paths.map((path) => path.attributes('d'))).toEqual(['M192 9h3v5h-3z', 'M196 0h3v14h-3z'])
  })
})

describe('text from Hassette', () => {
  it('is never markup', () => {
    const text = mount(VisibleText, { props: { text: '<img src=x onerror=alert(1)>\u202e' } })
    expect(text.element.parentElement?.querySelector('img') ?? null).toBeNull()
    expect(text.text()).toBe('<img src=x onerror=alert(1)>⟨U+202E⟩')
  })

  it('is cut until asked for, and cut again for the next text', async () => {
    const clipped = mount(ClippedText, { props: { text: 'x'.repeat(30), limit: 10 } })
    expect(clipped.find('p').text()).toBe(`${'x'.repeat(10)}…`)
    await clipped.find('button').trigger('click')
    expect(clipped.find('p').text()).toBe('x'.repeat(30))
    expect(clipped.find('button').exists()).toBe(false)
    await clipped.setProps({ text: 'y'.repeat(30) })
    expect(clipped.find('p').text()).toBe(`${'y'.repeat(10)}…`)
  })
})
