-- Grants that a node has not taken yet lie as "node|conversation" in `grants`, its mail.
-- Everything that it has been granted and that has not ended lies in `owned`, in the same way.
local function grant(entry, node)
  s.numbers, s.tokens, s.served[entry.class] = s.numbers + 1, s.tokens - 1, s.served[entry.class] + 1
  if slope then s.rampTokens = s.rampTokens - 1 end
  entry.place, entry.node, entry.number = 'granted', node, s.numbers
  local letter = node .. '|' .. entry.conversation
  put(starting, now + startingMs, entry.conversation)
  redis.call('ZADD', owned, 0, letter)
  local by = nodeAt(node)
  if by then
    by.room, by.isChanged = by.room - 1, true
    redis.call('ZADD', grants, 0, letter)
  end
  write(entry)
end
