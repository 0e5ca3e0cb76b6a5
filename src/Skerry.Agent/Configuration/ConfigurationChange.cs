namespace Skerry.Agent.Configuration;

/// <summary>A key that two configurations hold different values of.</summary>
/// <param name="Path">The key: <c>log.level</c>.</param>
/// <param name="IsReloadable">Whether it takes effect without a restart.</param>
internal sealed record ConfigurationChange(string Path, bool IsReloadable)
{
    /// <summary>Every difference, in the order of the reference.</summary>
    public static IReadOnlyList<ConfigurationChange> Between(AgentConfiguration before, AgentConfiguration after)
    {
        var changes = new List<ConfigurationChange>();
        Compare(ConfigurationFile.Schema, before, after, "", changes);
        return changes;
    }

    private static void Compare(Schema.RecordShape shape, object before, object after, string path, List<ConfigurationChange> changes)
    {
        foreach (var key in shape.Keys)
        {
            var (old, now) = (key.Property.GetValue(before), key.Property.GetValue(after));
            var keyPath = Schema.RecordShape.Join(path, key.Name);
            if (key.Shape is Schema.RecordShape group && old is not null && now is not null && !key.IsReloadable) Compare(group, old, now, keyPath, changes);
            else if (Text(key.Shape, old) != Text(key.Shape, now)) changes.Add(new ConfigurationChange(keyPath, key.IsReloadable));
        }
    }

    /// <summary>Records with collections do not compare by value; their JSON does.</summary>
    private static string Text(Schema.Shape shape, object? value) => shape.ToJson(value, Schema.SecretRendering.Shown)?.ToJsonString() ?? "";
}
