#!/usr/bin/env python3
"""A small Home Assistant look-alike for tests: enough WebSocket and REST for Hassette to run its apps.

    python fake_ha.py [--port 8923] [--rate 6] [--seed 7]

Binds to 127.0.0.1 only, to a free port by default, and prints {"port": ...}. Ends when stdin ends. Needs aiohttp (Hassette depends on it, so its environment has it).
Any access token is accepted, except the literal `wrong`.

Control (JSON):
    POST /control/set    {"entity_id", "state", "attributes"}   push one state_changed event
    POST /control/remove {"entity_id"}                          push one with new_state = null
    POST /control/fire   {"event_type", "data"}                 push one event of any type
    POST /control/storm  {"entity_id", "seconds", "interval", "kind", "healthy_every"}
                         every `interval` s an update of `entity_id` that typed handlers cannot resolve;
                         kind: bad_attribute | removed | bad_state; each `healthy_every`-th one is good
    POST /control/rate   {"rate"}                               mean background updates per second, 0 = none
    POST /control/drop   {}                                     close all WebSocket connections
    GET  /control/stats                                         {"clients", "subscriptions", "sent", "storms"}
"""
import argparse
import asyncio
import datetime as dt
import json
import math
import random
import socket
import time

from aiohttp import WSMsgType, web
from until_stdin_ends import end_with_stdin

BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ROOMS = ("living_room", "bedroom", "office", "kitchen", "bathroom", "garage")
LIGHTS = ("porch", "kitchen", "desk", "hall", "stairs")


def ulid() -> str:
    """Home Assistant context ids are ULIDs."""
    value = (int(time.time() * 1000) << 80) | random.getrandbits(80)
    return "".join(BASE32[(value >> shift) & 31] for shift in range(125, -1, -5))


def now_iso() -> str:
    return dt.datetime.now(dt.timezone.utc).isoformat()


def light_attributes(name: str, on: bool) -> dict:
    return {"friendly_name": name.title() + " light", "supported_color_modes": ["brightness"], "supported_features": 0,
            "color_mode": "brightness" if on else None, "brightness": random.randint(20, 255) if on else None}


class Home:
    """All entity states, the connected clients, and the background life of the house."""

    def __init__(self, rate: float):
        self.rate, self.states, self.subs, self.storms = rate, {}, [], []
        self.sockets, self.sent, self.tasks = set(), 0, set()
        for room in ROOMS:
            self.put(f"sensor.{room}_temperature", "20.5", {"unit_of_measurement": "°C", "device_class": "temperature",
                     "state_class": "measurement", "friendly_name": f"{room} temperature"})
            self.put(f"binary_sensor.{room}_motion", "off", {"device_class": "motion", "friendly_name": f"{room} motion"})
        for name in LIGHTS:
            self.put(f"light.{name}", "off", light_attributes(name, False))
        for who in ("ada", "brook"):
            self.put(f"device_tracker.{who}_phone", "home", {"source_type": "router", "friendly_name": f"{who} phone"})
        self.put("sensor.grid_power", "420", {"unit_of_measurement": "W", "device_class": "power",
                 "state_class": "measurement", "friendly_name": "Grid power"})
        self.put("binary_sensor.front_door", "off", {"device_class": "door", "friendly_name": "Front door"})
        self.put("switch.heater", "off", {"friendly_name": "Heater"})
        self.put("media_player.tv", "idle", {"friendly_name": "TV", "supported_features": 0})
        self.put("input_boolean.guest_mode", "off", {"friendly_name": "Guest mode", "editable": True})
        self.put("climate.house", "heat", {"friendly_name": "House", "hvac_modes": ["off", "heat"], "min_temp": 7,
                 "max_temp": 35, "current_temperature": 20.1, "temperature": 21.0, "supported_features": 1})
        self.put("sun.sun", "above_horizon", {"elevation": 20.0, "azimuth": 180.0, "friendly_name": "Sun"})

    def put(self, entity_id: str, state: str | None, attributes: dict | None = None, context: dict | None = None):
        """Store a state (None removes it) and return (old, new, context) as Home Assistant would send them."""
        old, context = self.states.get(entity_id), context or {"id": ulid(), "parent_id": None, "user_id": None}
        if state is None:
            return self.states.pop(entity_id, None), None, context
        stamp = now_iso()
        new = {"entity_id": entity_id, "state": state,
               "attributes": attributes if attributes is not None else (old or {}).get("attributes", {}),
               "last_changed": old["last_changed"] if old and old["state"] == state else stamp,
               "last_reported": stamp, "last_updated": stamp, "context": context}
        self.states[entity_id] = new
        return old, new, context

    async def update(self, entity_id: str, state: str | None, attributes: dict | None = None, context: dict | None = None):
        old, new, context = self.put(entity_id, state, attributes, context)
        await self.fire("state_changed", {"entity_id": entity_id, "old_state": old, "new_state": new}, context)

    async def fire(self, event_type: str, data: dict, context: dict | None = None):
        event = {"event_type": event_type, "data": data, "origin": "LOCAL", "time_fired": now_iso(),
                 "context": context or {"id": ulid(), "parent_id": None, "user_id": None}}
        for ws, sub_id, wanted in list(self.subs):
            if wanted in (None, event_type) and not ws.closed:
                self.sent += 1
                try:
                    await ws.send_json({"id": sub_id, "type": "event", "event": event})
                except ConnectionError:
                    pass

    async def live(self):
        """Random everyday changes, `rate` of them a second on average."""
        while True:
            await asyncio.sleep(random.expovariate(self.rate) if self.rate > 0 else 0.5)
            if self.rate > 0:
                await self.one_change()

    async def one_change(self):
        entity_id = random.choice([e for e in self.states if not e.startswith(("sun.", "climate."))])
        domain, name = entity_id.split(".", 1)
        old = self.states[entity_id]["state"]
        if name == "grid_power":
            await self.update(entity_id, str(round(400 + 300 * math.sin(time.time() / 60) + random.gauss(0, 40))))
        elif domain == "sensor":
            base = float(old) if old not in ("unavailable", "unknown") else 20.5
            await self.update(entity_id, f"{min(27.0, max(15.0, base + random.gauss(0, 0.3))):.1f}")
        elif domain == "light":
            on = old != "on"
            await self.update(entity_id, "on" if on else "off", light_attributes(name, on))
        elif domain == "device_tracker":
            await self.update(entity_id, "not_home" if old == "home" else "home")
        elif domain == "media_player":
            await self.update(entity_id, random.choice(("idle", "playing", "paused", "off")))
        else:
            await self.update(entity_id, "off" if old == "on" else "on")

    async def storm(self, entity_id: str, seconds: float, interval: float, kind: str, healthy_every: int):
        """Updates a typed handler cannot resolve, for `seconds`; afterwards the entity is healthy again."""
        good = dict(self.states.get(entity_id) or {"state": "off", "attributes": {}})
        record = {"entity_id": entity_id, "kind": kind, "start": time.time(), "end": None, "updates": 0}
        self.storms.append(record)
        flip = 0
        while time.time() < record["start"] + seconds:
            flip += 1
            record["updates"] = flip
            if healthy_every and flip % healthy_every == 0:
                await self.update(entity_id, good["state"], good["attributes"])
            elif kind == "removed":
                await self.update(entity_id, None)
                self.put(entity_id, good["state"], good["attributes"])
            elif kind == "bad_state":
                await self.update(entity_id, f"ERR{flip % 7}", good["attributes"])
            else:
                bad = {**good["attributes"], "brightness": f"level-{flip % 9}", "supported_color_modes": "brightness"}
                await self.update(entity_id, "on" if flip % 2 else "off", bad)
            await asyncio.sleep(interval)
        await self.update(entity_id, good["state"], good["attributes"])
        record["end"] = time.time()

    async def call_service(self, domain: str, service: str, data: dict, target: dict | None) -> dict:
        context = {"id": ulid(), "parent_id": None, "user_id": "user"}
        await self.fire("call_service", {"domain": domain, "service": service, "service_data": data}, context)
        ids = (target or {}).get("entity_id") or data.get("entity_id") or []
        for entity_id in [ids] if isinstance(ids, str) else ids:
            if entity_id in self.states and service in ("turn_on", "turn_off", "toggle"):
                on = service == "turn_on" or (service == "toggle" and self.states[entity_id]["state"] != "on")
                attributes = light_attributes(entity_id.split(".")[1], on) if domain == "light" else None
                await self.update(entity_id, "on" if on else "off", attributes, context)
        return context

    def spawn(self, coroutine):
        task = asyncio.get_running_loop().create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


CONFIG = {"state": "RUNNING", "version": "2026.8.0", "location_name": "Test home", "time_zone": "UTC", "latitude": 52.0,
          "longitude": 4.0, "elevation": 0, "components": ["light", "sensor"], "safe_mode": False, "recovery_mode": False,
          "unit_system": {"length": "km", "mass": "g", "temperature": "°C", "volume": "L"}, "currency": "EUR",
          "country": "NL", "language": "en", "config_dir": "/config", "whitelist_external_dirs": []}


async def websocket(request: web.Request) -> web.WebSocketResponse:
    home: Home = request.app["home"]
    ws = web.WebSocketResponse(heartbeat=30, max_msg_size=0)
    await ws.prepare(request)
    home.sockets.add(ws)
    await ws.send_json({"type": "auth_required", "ha_version": CONFIG["version"]})
    try:
        async for frame in ws:
            if frame.type is not WSMsgType.TEXT:
                break
            parsed = json.loads(frame.data)
            for msg in parsed if isinstance(parsed, list) else [parsed]:
                await answer(home, ws, msg)
    finally:
        home.sockets.discard(ws)
        home.subs = [sub for sub in home.subs if sub[0] is not ws]
    return ws


async def answer(home: Home, ws: web.WebSocketResponse, msg: dict):
    kind, result = msg.get("type"), None
    if kind == "auth":
        ok = msg.get("access_token") != "wrong"
        await ws.send_json({"type": "auth_ok" if ok else "auth_invalid", "ha_version": CONFIG["version"]})
        return
    if kind == "ping":
        await ws.send_json({"id": msg["id"], "type": "pong"})
        return
    if kind == "subscribe_events":
        home.subs.append((ws, msg["id"], msg.get("event_type")))
    elif kind == "unsubscribe_events":
        home.subs = [s for s in home.subs if not (s[0] is ws and s[1] == msg.get("subscription"))]
    elif kind == "get_states":
        result = list(home.states.values())
    elif kind == "get_config":
        result = CONFIG
    elif kind == "get_services":
        result = {"light": {"turn_on": {}, "turn_off": {}}, "switch": {"turn_on": {}, "turn_off": {}}}
    elif kind == "call_service":
        context = await home.call_service(msg["domain"], msg["service"], msg.get("service_data") or {}, msg.get("target"))
        result = {"context": context, "response": None}
    await ws.send_json({"id": msg.get("id"), "type": "result", "success": True, "result": result})


def routes(home: Home) -> list:
    async def rest_state(request):
        state = home.states.get(request.match_info["entity_id"])
        return web.json_response(state) if state else web.json_response({"message": "Entity not found."}, status=404)

    async def rest_service(request):
        data = await request.json() if request.can_read_body else {}
        await home.call_service(request.match_info["domain"], request.match_info["service"], data, None)
        return web.json_response([])

    async def control(request):
        data = await request.json() if request.can_read_body else {}
        match request.match_info["action"]:
            case "set":
                await home.update(data["entity_id"], str(data["state"]), data.get("attributes"))
            case "remove":
                await home.update(data["entity_id"], None)
            case "fire":
                await home.fire(data["event_type"], data.get("data", {}))
            case "storm":
                home.spawn(home.storm(data["entity_id"], float(data.get("seconds", 30)), float(data.get("interval", 0.5)),
                                      data.get("kind", "bad_attribute"), int(data.get("healthy_every", 0))))
            case "rate":
                home.rate = float(data["rate"])
            case "drop":
                for ws in list(home.sockets):
                    await ws.close()
            case _:
                return web.json_response({"message": "unknown action"}, status=404)
        return web.json_response({"ok": True, "time": time.time()})

    async def stats(_):
        return web.json_response({"clients": len(home.sockets), "subscriptions": len(home.subs), "sent": home.sent,
                                  "storms": home.storms})

    async def static(payload):
        return web.json_response(payload() if callable(payload) else payload)

    return [web.get("/api/websocket", websocket), web.get("/api/", lambda _: static({"message": "API running."})),
            web.get("/api/config", lambda _: static(CONFIG)), web.get("/api/states", lambda _: static(lambda: list(home.states.values()))),
            web.get("/api/states/{entity_id}", rest_state), web.post("/api/services/{domain}/{service}", rest_service),
            web.get("/control/stats", stats), web.post("/control/{action}", control)]


def main():
    parser = argparse.ArgumentParser(description="Home Assistant look-alike for tests (loopback only)")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--rate", type=float, default=6.0, help="mean background updates per second")
    parser.add_argument("--seed", type=int, default=None)
    args = parser.parse_args()
    end_with_stdin()
    random.seed(args.seed)
    home = Home(args.rate)
    app = web.Application()
    app["home"] = home
    app.add_routes(routes(home))

    async def start(_):
        home.spawn(home.live())

    app.on_startup.append(start)
    listener = socket.create_server(("127.0.0.1", args.port))
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    web.run_app(app, sock=listener, print=None, handle_signals=True, shutdown_timeout=1.0)


if __name__ == "__main__":
    main()
