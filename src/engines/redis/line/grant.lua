-- Leave to begin one answer (A1). Its letter lies in the node's mail until the node says that it has it.
local function grant(entry, node)
  s.numbers, s.tokens, s.served[entry.class] = s.numbers + 1, s.tokens - 1, s.served[entry.class] + 1
  if slope then s.rampTokens = s.rampTokens - 1 end
  if entry.number == 0 then entry.early = #entry.asks end
  entry.place, entry.node, entry.number = 'granted', node, s.numbers
  local letter = letterOf(node, entry.conversation, entry.number)
  put(starting, math.ceil(now) + startingMs, slotOf(entry.conversation, entry.number))
  redis.call('ZADD', owned, 0, letter)
  local by = nodeAt(node)
  if by then by.room, by.isChanged = by.room - 1, true end
  redis.call('ZADD', grants, 0, letter)
  write(entry)
end
