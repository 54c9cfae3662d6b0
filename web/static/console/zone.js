// A new place's time zone: where none is known, that of this browser. It stands there as if served: nobody has typed it, and it is not kept.
const zone = document.querySelector("[name=time_zone]");

if (zone && !zone.value) {
  zone.defaultValue = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}
