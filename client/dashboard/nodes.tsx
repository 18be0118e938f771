import type { NodeRow } from "../../src/contract/service.ts";
import { type PartProps, useFormats, useScene, useWords } from "./scene.tsx";
import { Title } from "./title.tsx";

/** Timers that run so late are felt by customers. */
const lateMs = 100;

/** Every node with its health; and the knob that takes one out. */
export function Nodes({ service }: PartProps) {
  const { nodes: words } = useWords();
  const heads = [
    words.name,
    words.state,
    words.customers,
    words.agents,
    words.openAnswers,
    words.delay,
    words.memory,
    words.up,
    words.act,
  ];
  return (
    <>
      <Title part="nodes" lead={String(service.nodes.length)}>
        {words.title}
      </Title>
      <table class="nodes">
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {service.nodes.map((node) => (
            <Row key={node.nodeId} node={node} service={service} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function Row({ node, service }: PartProps & { readonly node: NodeRow }) {
  const { nodes: words } = useWords();
  const formats = useFormats();
  const cells: [name: string, value: string, isBad?: boolean][] = [
    [words.customers, formats.count(node.customers)],
    [words.agents, formats.count(node.agents)],
    [words.openAnswers, formats.count(node.openAnswers)],
    [words.delay, formats.latency(node.loopDelayMs), node.loopDelayMs > lateMs],
    [words.memory, formats.memory(node.memoryBytes)],
    [words.up, formats.span(node.upMs)],
  ];
  return (
    <tr data-state={node.state}>
      <th scope="row">{node.name}</th>
      <td>
        <State node={node} service={service} />
      </td>
      {cells.map(([name, value, isBad = false]) => (
        <td key={name} data-name={name} data-bad={isBad}>
          {value}
        </td>
      ))}
      <td>
        <Act node={node} service={service} />
      </td>
    </tr>
  );
}

/** Older than a look ago: it is worth saying. */
const worthSayingMs = 2_500;

function State({ node, service }: PartProps & { readonly node: NodeRow }) {
  const { nodes: words } = useWords();
  const formats = useFormats();
  const { state, heardMs, nodeId } = node;
  const drained = service.orders.drained.find((each) => each.nodeId === nodeId);
  return (
    <span class="state" data-state={state}>
      <b>{words.states[state] ?? state}</b>
      {drained && state !== "lost" && <span class="faint"> {words.drained(drained.by)}</span>}
      {heardMs > worthSayingMs && <span class="faint"> {words.heard(formats.span(heardMs))}</span>}
    </span>
  );
}

function Act({ node, service }: PartProps & { readonly node: NodeRow }) {
  const { acts } = useScene();
  const { nodes: words } = useWords();
  const { nodeId, name, state } = node;
  if (state === "lost") return null;
  const isDrained = service.orders.drained.some((each) => each.nodeId === nodeId);
  if (isDrained) {
    return (
      <button
        type="button"
        class="button main"
        aria-label={words.bringBackOf(name)}
        onClick={() => acts.intend({ kind: "bring-back", nodeId })}
      >
        {words.bringBack}
      </button>
    );
  }
  const isLast = !service.nodes.some((other) => other.nodeId !== nodeId && other.state === "up");
  return (
    <button
      type="button"
      class="button"
      aria-label={isLast ? `${words.drainOf(name)}: ${words.lastNode}` : words.drainOf(name)}
      title={isLast ? words.lastNode : undefined}
      aria-disabled={isLast}
      onClick={() => !isLast && acts.intend({ kind: "drain", nodeId })}
    >
      {words.drain}
    </button>
  );
}
