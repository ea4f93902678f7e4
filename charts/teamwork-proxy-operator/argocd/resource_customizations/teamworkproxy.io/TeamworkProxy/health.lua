local hs = {}
hs.status = "Progressing"
hs.message = "Waiting for the operator to look at this TeamworkProxy"

if obj.status == nil or obj.status.conditions == nil then
  return hs
end

if obj.status.observedGeneration ~= obj.metadata.generation then
  hs.message = "Waiting for the operator to look at the latest change of this TeamworkProxy"
  return hs
end

-- Ready is the sum of the other conditions, with reason and message of the most important one. With the reason Pending something is on its
-- way that needs nobody's help; every other reason is a failure that somebody has to look at.
for _, condition in ipairs(obj.status.conditions) do
  if condition.type == "Ready" then
    hs.message = condition.message
    if condition.status == "True" then
      hs.status = "Healthy"
    elseif condition.status == "False" and condition.reason ~= "Pending" then
      hs.status = "Degraded"
    end
    return hs
  end
end

return hs
