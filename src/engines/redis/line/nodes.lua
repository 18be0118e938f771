-- Nodes are kept as their room, less what lies in their mail, and when they were heard of.
local awayMs = 3000
local nodeOf = {}

local function nodeAt(node)
  if nodeOf[node] == nil then
    local isRead, room, seenAt = pcall(cmsgpack.unpack, redis.call('HGET', nodes, node) or '')
    nodeOf[node] = isRead and type(seenAt) == 'number' and { room = room, seenAt = seenAt } or false
  end
  return nodeOf[node]
end

local function isThere(node)
  local known = nodeAt(node)
  return known and now - known.seenAt < awayMs
end

local function roomAt(node) return isThere(node) and nodeAt(node).room or 0 end

local function saveNodes()
  for node, known in pairs(nodeOf) do
    if known and known.isChanged then redis.call('HSET', nodes, node, cmsgpack.pack(known.room, known.seenAt)) end
  end
end
