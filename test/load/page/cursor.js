// Beside each name of a legend: the greatest value, or that of the moment under the pointer, in all charts at once.
const { firstSeconds, stepSeconds, steps, charts } = JSON.parse(document.getElementById("data").textContent);
const figures = [...document.querySelectorAll("figure[data-chart]")];
const shown = (value) =>
  value === null
    ? "–"
    : value >= 10 || Number.isInteger(value)
      ? Math.round(value).toLocaleString("en")
      : value.toPrecision(2);
const greatest = (values) =>
  values.reduce((most, value) => (value !== null && (most === null || value > most) ? value : most), null);

function show(step) {
  for (const figure of figures) {
    const series = charts[Number(figure.dataset.chart)];
    for (const output of figure.querySelectorAll("output")) {
      const values = series[Number(output.dataset.series)];
      output.textContent = step === null ? `max ${shown(greatest(values))}` : shown(values[step]);
    }
  }
  for (const cursor of document.querySelectorAll(".cursor")) {
    cursor.hidden = step === null;
    cursor.style.left = step === null ? "0" : `${(100 * (step + 0.5)) / steps}%`;
  }
  const moment = document.getElementById("moment");
  moment.textContent = step === null ? "" : `${Math.round(firstSeconds + step * stepSeconds)} s`;
}

for (const field of document.querySelectorAll(".field")) {
  field.addEventListener("pointermove", ({ clientX }) => {
    const { left, width } = field.getBoundingClientRect();
    show(Math.max(0, Math.min(steps - 1, Math.floor(((clientX - left) / width) * steps))));
  });
  field.addEventListener("pointerleave", () => show(null));
}
show(null);
