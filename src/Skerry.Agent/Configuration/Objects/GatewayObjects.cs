using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

using Skerry.Agent.Configuration.Schema;
using Skerry.Agent.Configuration.Yaml;
using Skerry.Gateway;

namespace Skerry.Agent.Configuration.Objects;

/// <summary>Makes one configuration of the gateway out of objects, whoever wrote them, by the same shapes and rules as a file's <c>gateway</c>.</summary>
internal static partial class GatewayObjects
{
    /// <summary>What a whole set of objects says.</summary>
    /// <exception cref="ConfigurationRefusedException">With every error, each where it was written.</exception>
    public static GatewayOptions Bind(IEnumerable<GatewayObject> objects)
    {
        // By name, and so the same whichever way they came together: pipelines that say equally much of a request are asked in this order.
        var ordered = objects.OrderBy(item => item.Name, StringComparer.Ordinal).ToLookup(item => item.Kind);
        var context = new BindingContext(new Mark("the gateway's objects", 0, 0));
        var options = new GatewayOptions
        {
            Listeners = Bind<ListenerOptions>(ordered[GatewayKind.Listener], context),
            Plugins = Bind<SharedPluginOptions>(ordered[GatewayKind.Plugin], context),
            Pipelines = Bind<PipelineOptions>(ordered[GatewayKind.Pipeline], context),
        };
        if (context.Errors.IsEmpty)
        {
            foreach (var error in GatewayServer.Validate(options)) context.Refuse(PathOf(error.Path, ordered), error.Message);
        }

        return context.Errors.IsEmpty ? options : throw new ConfigurationRefusedException(context.Errors);
    }

    private static ImmutableArray<T> Bind<T>(IEnumerable<GatewayObject> objects, BindingContext context)
    {
        var bound = ImmutableArray.CreateBuilder<T>();
        foreach (var item in objects)
        {
            context.Note(item.Path, item.Node.Mark);
            if (item.Kind.Shape.TryBind(item.Node, item.Path, context, out var value)) bound.Add((T)value!);
        }

        return bound.DrainToImmutable();
    }

    /// <summary>The gateway counts the objects as it was given them; whoever reads the message knows them by where they were written.</summary>
    private static string PathOf(string path, ILookup<GatewayKind, GatewayObject> objects)
    {
        if (Entry().Match(path) is not { Success: true } match) return path;
        var kind = GatewayKind.All.Single(known => known.List == match.Groups["list"].Value);
        var found = objects[kind].ElementAt(int.Parse(match.Groups["index"].Value, CultureInfo.InvariantCulture));
        return found.Path + match.Groups["rest"].Value;
    }

    [GeneratedRegex(@"^(?<list>listeners|plugins|pipelines)\[(?<index>\d+)\](?<rest>.*)$", RegexOptions.Singleline)]
    private static partial Regex Entry();
}
