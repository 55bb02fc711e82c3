/**
 * The home that the writer pretends to be: handlers and jobs with the names, shares of runs and mean durations of the
 * week's recording, and `light_keeper/0/porch`, whose dependency failures the tests provoke.
 */

/** app, instance, name, method, entity, mode, what must change, share of runs, mean duration in ms */
const HANDLERS = [
  ['hall_lights', 0, 'hall_motion', 'on_hall_motion', 'binary_sensor.hall_motion', 'single', '', 2022, 0.77],
  ['hall_lights', 0, 'stairs_fade', 'on_stairs', 'binary_sensor.stairs_motion', 'restart', 'state', 1378, 7725],
  ['hall_lights', 0, 'hall_brightness', 'on_brightness', 'light.hall', 'single', 'attr brightness', 220, 1.99],
  ['kitchen_lights', 0, 'motion', 'on_motion', 'binary_sensor.kitchen_motion', 'single', '', 2244, 1.37],
  ['kitchen_lights', 0, 'daylight', 'on_daylight', 'sensor.kitchen_illuminance', 'single', '', 2396, 0.28],
  ['kitchen_lights', 0, 'light', 'on_light', 'light.kitchen', 'single', 'state', 158, 4.94],
  ['kitchen_lights', 0, 'dimmer', 'on_dimmer', 'light.kitchen', 'single', 'attr brightness', 577, 2.3],
  ['boiler_controller', 0, 'temperature', 'on_temperature', 'sensor.living_room_temperature', 'single', '', 3253, 1.32],
  ['boiler_controller', 0, 'setpoint', 'on_setpoint', 'climate.house', 'single', 'attr temperature', 61, 0.21],
  ['boiler_controller', 0, 'flame', 'on_flame', 'binary_sensor.boiler_flame', 'single', 'state', 1252, 18.26],
  ['garage_door', 0, 'cover', 'on_cover', 'cover.garage', 'single', '', 386, 38.72],
  ['garage_door', 0, 'car', 'on_car', 'binary_sensor.garage_car', 'single', 'state', 96, 7.01],
  ['doorbell', 0, 'ring', 'on_ring', 'binary_sensor.doorbell', 'single', 'state', 107, 1330],
  ['doorbell', 0, 'person', 'on_person', 'binary_sensor.porch_person', 'queued', '', 694, 86.39],
  ['energy_monitor', 0, 'grid_power', 'on_grid_power', 'sensor.grid_power', 'single', 'state', 9401, 8.63],
  ['energy_monitor', 0, 'solar_power', 'on_solar', 'sensor.solar_power', 'single', '', 2488, 0.28],
  ['air_quality', 0, 'co2', 'on_co2', 'sensor.living_room_co2', 'single', '', 3311, 1.6],
  ['air_quality', 0, 'pm25', 'on_pm25', 'sensor.living_room_pm25', 'single', '', 2068, 4.44],
  ['air_quality', 0, 'window', 'on_window', 'binary_sensor.living_window', 'single', 'state', 109, 3.71],
  ['presence_tracker', 0, 'phone', 'on_phone', 'device_tracker.ada_phone', 'single', '', 450, 8.58],
  ['presence_tracker', 0, 'wifi_signal', 'on_wifi', 'sensor.ada_wifi_signal', 'single', '', 2577, 0.3],
  ['presence_tracker', 1, 'phone', 'on_phone', 'device_tracker.brook_phone', 'single', '', 379, 8.59],
  ['presence_tracker', 1, 'wifi_signal', 'on_wifi', 'sensor.brook_wifi_signal', 'single', '', 2401, 0.3],
  ['morning_routine', 0, 'alarm_dismissed', 'on_alarm', 'input_boolean.alarm_dismissed', 'single', 'state', 24, 25.15],
  ['morning_routine', 0, 'kitchen_presence', 'on_kitchen', 'binary_sensor.kitchen_motion', 'single', '', 2244, 0.25],
  ['light_keeper', 0, 'porch', 'on_porch', 'light.porch', 'parallel', '', 700, 0.9],
]

/** app, instance, name, method, trigger type, label, detail, group, share of runs, mean duration in ms */
const JOBS = [
  ['garage_door', 0, 'left_open_check', 'left_open', 'interval', 'every', '900s', null, 780, 8.9],
  ['energy_monitor', 0, 'tally', 'tally', 'interval', 'every', '300s', 'energy', 2347, 9.22],
  ['energy_monitor', 0, 'upload', 'upload', 'interval', 'every', '900s', 'energy', 780, 569],
  ['energy_monitor', 0, 'hourly_report', 'hourly_report', 'interval', 'every', '3600s', 'energy', 193, 172],
  ['energy_monitor', 0, 'meter_poll', 'meter_poll', 'cron', 'cron', '20 * * * *', 'energy', 195, 328],
  ['presence_tracker', 0, 'recheck', 'recheck', 'interval', 'every', '900s', null, 780, 55.8],
  ['presence_tracker', 1, 'recheck', 'recheck', 'interval', 'every', '900s', null, 780, 54.56],
  ['morning_routine', 0, 'wake_up', 'wake_up', 'cron', 'daily', '06:30', null, 8, 925],
  ['morning_routine', 0, 'weekday_briefing', 'briefing', 'cron', 'cron', '45 6 * * 1-5', null, 6, 1460],
  ['hall_lights', 0, 'night_mode', 'night_mode', 'cron', 'daily', '22:00', null, 8, 147],
  ['kitchen_lights', 0, 'auto_off', 'auto_off', 'interval', 'every', '300s', null, 2346, 11.5],
  ['boiler_controller', 0, 'regulate', 'regulate', 'interval', 'every', '300s', 'heating', 2347, 95.71],
  ['boiler_controller', 0, 'weekday_preheat', 'preheat', 'cron', 'cron', '30 5 * * 1-5', 'heating', 6, 211],
  ['air_quality', 0, 'ventilate', 'ventilate', 'interval', 'every', '300s', null, 2347, 22.28],
]

const SERVICE_TOPIC = 'hassette.event.service_status'

/** app, name, method, topic, priority */
const FRAMEWORK_HANDLERS = [
  ['StateProxy', 'hassette.state_proxy.on_state_change', 'on_state_change', 'hass.event.state_changed', 100],
  ['ServiceWatcher', 'hassette.service_watcher.log_service_event', 'log_service_event', SERVICE_TOPIC, 0],
  ['RuntimeQueryService', 'hassette.rqs.on_service_status', 'on_service_status', SERVICE_TOPIC, 0],
]

/** Removed by every clean stop, like all jobs; the other framework handlers stay. */
export const REMOVED_AT_STOP = '__hassette__.RuntimeQueryService'

const className = (appKey) => appKey.replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase())

function handler([appKey, instance, name, method, entity, mode, changed, weight, meanMs], line) {
  const did = { state: 'StateDidChange()', '': '' }[changed] ?? `AttrDidChange(attr_name='${changed.slice(5)}')`
  const call = changed.startsWith('attr')
    ? `self.bus.on_attribute_change("${entity}", "${changed.slice(5)}", handler=self.${method}, name="${name}")`
    : `self.bus.on_state_change("${entity}", handler=self.${method}, name="${name}")`
  return {
    row: {
      app_key: appKey,
      instance_index: instance,
      name,
      handler_method: `apps.${appKey}.${className(appKey)}.${method}`,
      topic: `hass.event.state_changed.${entity}`,
      debounce: null,
      throttle: null,
      once: 0,
      priority: 0,
      immediate: 0,
      duration: null,
      entity_id: entity,
      predicate_description: `AllOf(predicates=(EntityMatches(entity_id='${entity}')${did ? `, ${did}` : ''}))`,
      human_description: `entity ${entity}${changed ? ` and ${changed} changed` : ''}`,
      source_location: `/srv/hassette/config/apps/${appKey}.py:${line}`,
      registration_source: call,
      source_tier: 'app',
      mode,
      backpressure: 'block',
    },
    weight,
    meanMs,
  }
}

function job([appKey, instance, name, method, type, label, detail, group, weight, meanMs], line) {
  return {
    row: {
      app_key: appKey,
      instance_index: instance,
      job_name: name,
      handler_method: `${className(appKey)}.${method}`,
      trigger_type: type,
      trigger_label: label,
      trigger_detail: detail,
      repeat: 0,
      args_json: '[]',
      kwargs_json: '{}',
      source_location: `/srv/hassette/config/apps/${appKey}.py:${line}`,
      registration_source: `self.scheduler.run_${type === 'cron' ? 'cron' : 'every'}(self.${method}, name="${name}")`,
      source_tier: 'app',
      group,
      mode: 'single',
      predicate_description: null,
      human_description: null,
      schedule_status: 'scheduled',
      schedule_status_reason: null,
    },
    weight,
    meanMs,
  }
}

function frameworkHandler([service, name, method, topic, priority]) {
  const module = service.replace(/[A-Z]/g, (letter, at) => `${at ? '_' : ''}${letter.toLowerCase()}`)
  const made = handler([`__hassette__.${service}`, 0, name, method, '', 'parallel', '', 1, 0.05], 89)
  Object.assign(made.row, {
    handler_method: `hassette.core.${module}.${service}.${method}`,
    topic,
    priority,
    entity_id: null,
    predicate_description: null,
    human_description: null,
    source_location: '/usr/lib/python3.13/asyncio/events.py:89',
    registration_source: 'self._context.run(self._callback, *self._args)',
    source_tier: 'framework',
  })
  return made
}

function frameworkJob() {
  const made = job(['__hassette__.StateProxy', 0, 'state_proxy_poll', 'load_cache', 'interval', 'every', '30s'], 89)
  Object.assign(made.row, { handler_method: 'StateProxy.load_cache', source_tier: 'framework', group: null })
  return { ...made, weight: 1, meanMs: 8 }
}

/**
 * Everything that Hassette registers when it starts.
 * @returns {{ manifests: object[], handlers: ReturnType<typeof handler>[], jobs: ReturnType<typeof job>[] }}
 */
export function makeHome() {
  const appKeys = [...new Set([...HANDLERS, ...JOBS].map(([appKey]) => appKey))]
  return {
    manifests: appKeys.map((appKey) => ({
      app_key: appKey,
      class_name: className(appKey),
      display_name: appKey,
      filename: `${appKey}.py`,
      enabled: 1,
      autostart: 1,
    })),
    handlers: [
      ...FRAMEWORK_HANDLERS.map(frameworkHandler),
      ...HANDLERS.map((each, index) => handler(each, 12 + index)),
    ],
    jobs: [frameworkJob(), ...JOBS.map((each, index) => job(each, 60 + index))],
  }
}
