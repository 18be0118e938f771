-- Grants that a node has not taken yet lie in `grants`, its mail, and everything that it has been granted and that has not ended in
-- `owned`: both as "node|conversation|number". Those without a text yet lie in `starting` as "conversation|number".
local function slotOf(conversation, number) return conversation .. '|' .. number end

local function letterOf(node, conversation, number) return node .. '|' .. conversation .. '|' .. number end
