import { handlerTrigger, jobTrigger } from '@main/sources/hassette-file/trigger-words'
import { describe, expect, it } from 'vitest'

describe('handlers in words', () => {
  it.each([
    ['hass.event.state_changed.light.porch', 'light.porch', 'light.porch changes'],
    ['hass.event.state_changed.light.porch', null, 'light.porch changes'],
    ['state_changed.light.porch', null, 'light.porch changes'],
    ['hass.event.state_changed.device_tracker.*_phone', 'device_tracker.*_phone', 'device_tracker.*_phone changes'],
    ['hass.event.state_changed', null, 'any entity changes'],
    ['hass.event.state_changed', 'light.desk', 'light.desk changes'],
    ['hass.event.state_changed.*', null, 'any entity changes'],
    ['hass.event.call_service', null, 'any service is called'],
    ['hass.event.call_service.light.turn_on', null, 'service light.turn_on is called'],
    ['hass.event.zha_event', null, 'event zha_event'],
    ['hassette.event.service_status', null, 'Hassette: service status'],
    ['something.else', null, 'something.else'],
  ])('%s (%s) reads "%s"', (topic, entityId, words) => {
    expect(handlerTrigger({ topic, entityId })).toBe(words)
  })
})

describe('jobs in words', () => {
  it.each([
    ['interval', 'every', '30s', 'every 30 s'],
    ['interval', 'every', '900s', 'every 15 min'],
    ['interval', 'every', '90s', 'every 90 s'],
    ['interval', 'every', '5400s', 'every 90 min'],
    ['interval', 'every', '3600s', 'every 1 h'],
    ['interval', 'every', '86400s', 'every 1 d'],
    ['interval', 'every', '0.5s', 'every 0.5 s'],
    ['interval', 'every', 'now and then', 'every now and then'],
    ['interval', 'every 15 minutes', null, 'every 15 minutes'],
    ['after', 'after', '5s', 'once, after 5 s'],
    ['cron', 'daily', '06:30', 'at 06:30, every day'],
    ['cron', 'cron', '* * * * *', 'every minute'],
    ['cron', 'cron', '*/5 * * * *', 'every 5 min'],
    ['cron', 'cron', '*/7 * * * *', 'cron */7 * * * *'],
    ['cron', 'cron', '*/0 * * * *', 'cron */0 * * * *'],
    ['cron', 'cron', '20 * * * *', 'every hour at :20'],
    ['cron', 'cron', '0 9 * * *', 'at 09:00, every day'],
    ['cron', 'cron', '45 6 * * 1-5', 'at 06:45, Mon–Fri'],
    ['cron', 'cron', '0 8 * * 6,0', 'at 08:00, Sat, Sun'],
    ['cron', 'cron', '0 8 * * 5-1', 'cron 0 8 * * 5-1'],
    ['cron', 'cron', '0 8 1 * *', 'cron 0 8 1 * *'],
    ['cron', 'cron', '0 25 * * *', 'cron 0 25 * * *'],
    ['cron', 'cron', '0 6 * * MON-FRI', 'cron 0 6 * * MON-FRI'],
    ['cron', 'nightly at 02:00', null, 'nightly at 02:00'],
    ['cron', '毎日午前6時', null, '毎日午前6時'],
    ['manual', '', null, 'only by hand'],
    [null, '', null, 'unknown'],
  ])('%s, %s, %s reads "%s"', (type, label, detail, words) => {
    expect(jobTrigger({ type, label, detail })).toBe(words)
  })
})
