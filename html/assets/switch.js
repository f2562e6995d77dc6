// Light, dark, or as the system says.

const CHOICES = ["system", "light", "dark"];
const root = document.documentElement;

export function addThemeSwitch(button) {
  show(button);
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = CHOICES[(CHOICES.indexOf(present()) + 1) % CHOICES.length];
    if (next === "system") delete root.dataset.theme;
    else root.dataset.theme = next;
    try {
      localStorage.setItem("theme", next);
    } catch {
      // It lasts as long as the page, then.
    }
    show(button);
  });
}

function present() {
  return root.dataset.theme ?? "system";
}

function show(button) {
  button.textContent = `Theme: ${present()}`;
}
