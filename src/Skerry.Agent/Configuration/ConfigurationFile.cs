using Skerry.Agent.Configuration.Schema;
using Skerry.Agent.Configuration.Yaml;

namespace Skerry.Agent.Configuration;

/// <summary>
/// A configuration file and the flags over it: reads, binds, checks, in this order, and gives either a whole configuration or every error.
/// </summary>
/// <param name="path">The file; null: flags and defaults only.</param>
/// <param name="overrides">Flags.</param>
internal sealed class ConfigurationFile(string? path, IReadOnlyList<ConfigurationOverride> overrides)
{
    /// <summary>A thousand services with ten checks each.</summary>
    private const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>The file; null when there is none.</summary>
    public string? Path => path;

    /// <summary>Whether reading it takes nothing away: what came by a pipe, which has no length, would be gone.</summary>
    public bool CanBeReadAgain => path is null || new FileInfo(path) is not { Exists: true, Length: 0 };

    /// <summary>The shape of every key there is.</summary>
    public static RecordShape Schema { get; } = SchemaReader.Read(typeof(AgentConfiguration));

    /// <summary>Reads and checks the file as it is now.</summary>
    /// <exception cref="ConfigurationRefusedException">With every error.</exception>
    public LoadedConfiguration Load() => Parse(path is null ? "" : ReadText(path));

    /// <summary>Checks a text as if it stood in the file.</summary>
    /// <exception cref="ConfigurationRefusedException">With every error.</exception>
    public LoadedConfiguration Parse(string text)
    {
        var start = new Mark(path ?? "the command line", path is null ? 0 : 1, 1);
        try
        {
            var root = YamlReader.Read(start.Source, text) ?? new YamlNode.Mapping(start, []);
            var context = new BindingContext(start);
            context.Note("", start);
            Schema.TryBind(Overlay(root), "", context, out var bound);
            var model = bound as AgentConfiguration ?? new AgentConfiguration();
            var (gossipKeys, mesh) = ConfigurationRules.Check(model, context);
            if (!context.Errors.IsEmpty) throw new ConfigurationRefusedException(context.Errors);
            return new LoadedConfiguration(model, gossipKeys, mesh, text);
        }
        catch (YamlRefusedException refused)
        {
            throw new ConfigurationRefusedException([new ConfigurationError(refused.Mark, "", refused.Message)]);
        }
    }

    private static string ReadText(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes) throw new IOException($"The file is larger than {MaxBytes / 1024 / 1024} MiB.");
            return File.ReadAllText(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationRefusedException([new ConfigurationError(new Mark(path, 0, 0), "", "cannot be read: " + refused.Message)]);
        }
    }

    /// <summary>Writes the flags into the tree, as if they stood in the file and nothing else did under their keys.</summary>
    private YamlNode Overlay(YamlNode root)
    {
        if (root is not YamlNode.Mapping mapping) return root;
        foreach (var flag in overrides)
        {
            var value = ValueOf(flag);
            if (flag.Group.Length == 0)
            {
                mapping = With(mapping, flag.Key, value);
                continue;
            }

            var group = mapping.Entries.FirstOrDefault(entry => entry.Key == flag.Group)?.Value as YamlNode.Mapping ?? new YamlNode.Mapping(value.Mark, []);
            mapping = With(mapping, flag.Group, With(group, flag.Key, value));
        }

        return mapping;
    }

    private static YamlNode.Mapping With(YamlNode.Mapping mapping, string key, YamlNode value) =>
        mapping with { Entries = [.. mapping.Entries.Where(entry => entry.Key != key), new YamlNode.Entry(key, value.Mark, value)] };

    private static YamlNode ValueOf(ConfigurationOverride flag)
    {
        var mark = new Mark(flag.Flag, 0, 0);
        var values = flag.Values.Select(YamlNode (text) => new YamlNode.Scalar(mark, text, IsPlain: false));
        return flag.IsList ? new YamlNode.Sequence(mark, [.. values]) : values.Single();
    }
}
