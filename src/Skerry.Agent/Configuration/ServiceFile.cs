using System.Collections.Immutable;

using Skerry.Agent.Configuration.Schema;
using Skerry.Agent.Configuration.Yaml;

namespace Skerry.Agent.Configuration;

/// <summary>Services in a file of their own, in the words of the configuration's <c>services</c>.</summary>
internal static class ServiceFile
{
    private static readonly RecordShape Single = SchemaReader.Read(typeof(ServiceConfiguration));

    /// <summary>Reads a file with one service, or with several under <c>services</c>.</summary>
    /// <exception cref="ConfigurationRefusedException">With every error.</exception>
    public static ImmutableArray<ServiceConfiguration> Load(string path)
    {
        try
        {
            return Bind(path, File.ReadAllText(path));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationRefusedException([new ConfigurationError(new Mark(path, 0, 0), "", "cannot be read: " + refused.Message)]);
        }
    }

    /// <summary>Reads a text with one service.</summary>
    /// <exception cref="ConfigurationRefusedException">With every error.</exception>
    public static ServiceConfiguration Parse(string source, string text) => Bind(source, text)[0];

    private static ImmutableArray<ServiceConfiguration> Bind(string source, string text)
    {
        var context = new BindingContext(new Mark(source, 1, 1));
        try
        {
            var root = YamlReader.Read(source, text) ?? new YamlNode.Mapping(new Mark(source, 1, 1), []);
            var services = Bind(root, context);
            var checkIds = new HashSet<string>();
            if (context.Errors.IsEmpty)
            {
                foreach (var service in services) ConfigurationRules.CheckService(service, "", checkIds, context);
            }

            return context.Errors.IsEmpty ? services : throw new ConfigurationRefusedException(context.Errors);
        }
        catch (YamlRefusedException refused)
        {
            throw new ConfigurationRefusedException([new ConfigurationError(refused.Mark, "", refused.Message)]);
        }
    }

    private static ImmutableArray<ServiceConfiguration> Bind(YamlNode root, BindingContext context)
    {
        if (root is YamlNode.Mapping { Entries: [{ Key: "services" } only] })
        {
            new ListShape<ServiceConfiguration>(Single).TryBind(only.Value, "services", context, out var many);
            return many is ImmutableArray<ServiceConfiguration> services ? services : [];
        }

        return Single.TryBind(root, "", context, out var one) ? [(ServiceConfiguration)one!] : [];
    }
}
