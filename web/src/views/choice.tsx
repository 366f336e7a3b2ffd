// One question with its answers side by side: a group of radio buttons that are large enough for a thumb.
// It knows no question. An answer that was given can be changed, and none has to be.

export type ChoiceProps<T> = {
  legend: string;
  /** Unlike any other group's on the page. */
  name: string;
  options: readonly (readonly [T, string])[];
  value: T | undefined;
  choose: (value: T) => void;
  /** Beside the question, for whoever wants to know more. */
  hint?: string | null;
};

export function Choice<T>({ legend, name, options, value, choose, hint }: ChoiceProps<T>) {
  return (
    <fieldset class="choice">
      <legend>
        {legend} {hint && <span class="soft">{hint}</span>}
      </legend>
      <div class="options">
        {options.map(([option, words]) => (
          <label key={words}>
            <input type="radio" name={name} checked={value === option} onChange={() => choose(option)} />
            <span>{words}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
