import type { TargetKind, Tier } from '@shared/run'
import type { TargetState } from '@shared/target'

/** A handler or job of the invented house. */
export interface HouseTarget {
  id: number
  kind: TargetKind
  tier: Tier
  app: string
  index: number
  instances: number
  name: string
  trigger: string
  /** How often it runs compared with the others. */
  weight: number
  /** Usual duration, milliseconds. */
  usualMs: number
  entity: string | null
  schedule: { type: string | null; label: string; detail: string | null } | null
  state: TargetState
}

type Line = [
  kind: 'h' | 'j',
  app: string,
  index: number,
  name: string,
  trigger: string,
  weight: number,
  usualMs: number,
]

const LINES: Line[] = [
  ['h', 'kitchen_lights', 0, 'motion', 'binary_sensor.kitchen_motion changes', 41, 7.8],
  ['h', 'presence_tracker', 0, 'hall_motion', 'binary_sensor.hall_motion changes', 120, 4.1],
  ['h', 'boiler_controller', 0, 'room_temp', 'sensor.*_temperature changes', 187, 38],
  ['h', 'doorbell', 0, 'press', 'event.front_door_bell fires', 2, 412],
  ['h', 'presence_tracker', 1, 'hall_motion', 'binary_sensor.hall_motion changes', 120, 4],
  ['h', 'air_quality', 0, 'co2', 'sensor.co2_living changes', 86, 0.4],
  ['h', 'energy_monitor', 0, 'tariff', 'input_select.tariff changes', 1, 12],
  ['h', 'hall_lights', 0, 'motion', 'binary_sensor.hall_motion becomes on', 38, 8.2],
  ['h', 'hall_lights', 0, 'idle', 'binary_sensor.hall_motion stays off for 3 min', 16, 7.1],
  ['h', 'media_night_mode', 0, 'volume', 'volume_level of media_player.living changes', 10, 15],
  ['h', 'boiler_controller', 0, 'window', 'binary_sensor.*_window changes', 4, 19],
  ['h', 'laundry_notifier', 0, 'power_drop', 'sensor.washer_power below 5 for 2 min', 1, 340],
  ['h', 'garage_door', 0, 'door', 'cover.garage changes', 2, 28],
  ['h', 'kitchen_lights', 0, 'remote', 'zha_event of remote_kitchen', 3, 9.4],
  ['h', 'blinds', 0, 'sun', 'elevation of sun.sun changes', 72, 2.2],
  ['h', 'plant_watering', 0, 'moisture', 'sensor.*_moisture below 20', 2, 26],
  ['h', 'presence_tracker', 0, 'phone', 'device_tracker.anna changes', 5, 5.5],
  ['h', 'presence_tracker', 1, 'phone', 'device_tracker.jonas changes', 4, 5.2],
  ['h', 'kitchen_lights', 0, 'lux', 'sensor.kitchen_illuminance changes', 0, 3],
  ['h', 'morning_routine', 0, 'wake_up_alarm', 'input_datetime.wake_up changes', 0, 88],
  ['j', 'garage_door', 0, 'check_closed', 'every 5 min', 28, 22],
  ['j', 'energy_monitor', 0, 'poll_meter', 'every 30 s', 140, 158],
  ['j', 'boiler_controller', 0, 'regulate', 'every 1 min', 90, 46],
  ['j', 'morning_routine', 0, 'open_blinds', 'daily at 07:00', 1, 611],
  ['j', 'energy_monitor', 0, 'write_daily', 'daily at 23:55', 1, 1310],
  ['j', 'presence_tracker', 0, 'decay', 'every 5 min', 28, 3.1],
  ['j', 'presence_tracker', 1, 'decay', 'every 5 min', 28, 3],
  ['j', 'battery_watch', 0, 'scan', 'every 6 h', 1, 212],
  ['j', 'air_quality', 0, 'report', 'Mondays at 08:00', 1, 820],
  ['j', 'laundry_notifier', 0, 'remind', 'every 30 min', 5, 2],
]

/** All targets; ids are their places. The ones of Hassette itself come last. */
export const HOUSE_TARGETS: HouseTarget[] = [
  ...LINES.map(([kind, app, index, name, trigger, weight, usualMs], place): HouseTarget => {
    const entity = /[a-z_]+\.[a-z0-9_*]+/.exec(trigger)?.[0] ?? null
    const schedule =
      kind === 'h'
        ? null
        : trigger.startsWith('every')
          ? { type: 'interval', label: 'every', detail: trigger.slice(6) }
          : { type: 'cron', label: 'cron', detail: '0 7 * * *' }
    return {
      id: place + 1,
      kind: kind === 'h' ? 'handler' : 'job',
      tier: 'app',
      app,
      index,
      instances: app === 'presence_tracker' ? 2 : 1,
      name,
      trigger,
      weight,
      usualMs,
      entity: kind === 'h' ? entity : null,
      schedule,
      state: name === 'lux' ? 'retired' : name === 'report' ? 'removed' : 'active',
    }
  }),
  ...['state_proxy.on_change', 'service_watcher.on_status', 'file_watcher.on_file'].map((name, place): HouseTarget => ({
    id: LINES.length + place + 1,
    kind: 'handler',
    tier: 'framework',
    app: '__hassette__',
    index: 0,
    instances: 1,
    name,
    trigger: 'hass.event.state_changed',
    weight: 60,
    usualMs: 0.6,
    entity: null,
    schedule: null,
    state: 'active',
  })),
]
