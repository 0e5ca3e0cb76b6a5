using System.CommandLine;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry services [NAME]</c></summary>
internal static class ServicesCommand
{
    /// <summary>From best to worst.</summary>
    private static readonly string[] Statuses = ["passing", "warning", "critical"];

    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        var name = new Argument<string?>("NAME") { Description = "List the instances of this service.", Arity = ArgumentArity.ZeroOrOne };
        var passing = new Option<bool>("--passing") { Description = "Only instances that get traffic without a warning; needs NAME." };
        var tag = new Option<string?>("--tag") { Description = "Only instances with this tag; needs NAME." };
        var group = Verb.Group("What this group exports.");
        var command = new Command("services", "List the group's services, or the instances of one.") { name, passing, tag, group, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(name) is null && (result.GetValue(passing) || result.GetValue(tag) is not null)) result.AddError("--passing and --tag need the NAME of a service.");
        });
        return command.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            if (parse.GetValue(name) is not { } service)
            {
                var services = await Verb.OfGroupAsync(parse.GetValue(group), query => client.GetAsync(
                    "v1/skerry/services" + (query.Length > 0 ? "?" + query : ""), ResultJson.Readable.ServiceResultArray, cancellation));
                terminal.Write(services, ResultJson.Readable.ServiceResultArray, parse.GetValue(json), Tabulate);
                return ExitCode.Success;
            }

            List<string> filters = [];
            if (parse.GetValue(passing)) filters.Add("passing");
            if (parse.GetValue(tag) is { } wanted) filters.Add("tag=" + Uri.EscapeDataString(wanted));
            var entries = await Verb.OfGroupAsync(parse.GetValue(group), query =>
                ReadInstancesAsync(client, service, query.Length > 0 ? [.. filters, query] : filters, cancellation));
            terminal.Write([.. entries.Select(Read)], ResultJson.Readable.InstanceResultArray, parse.GetValue(json), Tabulate);
            if (entries.Length > 0) return ExitCode.Success;
            var found = filters.Count > 0 ? "No instance matches."
                : parse.GetValue(group) is { } other ? $"Group '{other}' exports no instance of '{service}'. See what it exports with: skerry services --group {other}"
                : $"No instance of '{service}' is registered. Register one with: skerry register --name {service} --port PORT";
            throw new CommandFailedException(ExitCode.NotFound, found);
        });
    }

    private static Task<ApiServiceEntryDocument[]> ReadInstancesAsync(AgentClient client, string service, List<string> query, CancellationToken cancellation) =>
        client.GetAsync($"v1/health/service/{Uri.EscapeDataString(service)}{(query.Count > 0 ? "?" : "")}{string.Join('&', query)}", ApiJson.Default.ApiServiceEntryDocumentArray, cancellation);

    private static InstanceResult Read(ApiServiceEntryDocument entry)
    {
        var worst = entry.Checks.MaxBy(check => Array.IndexOf(Statuses, check.Status));
        var status = worst?.Status ?? "passing";
        return new InstanceResult(
            entry.Node.Node, entry.Service.ID, entry.Service.Address.Length > 0 ? entry.Service.Address : entry.Node.Address, entry.Service.Port, status,
            entry.Service.Tags ?? [], entry.Service.Exported, status == "passing" ? "" : $"{worst!.CheckID}: {worst.Output}".Trim());
    }

    private static Table Tabulate(ServiceResult[] services) => new(
        ["SERVICE", "INSTANCES", "PASSING", "WARNING", "CRITICAL", "EXPORTED", "TAGS"],
        [
            .. services.Select(service => new[]
            {
                service.Name, $"{service.Instances}", $"{service.Passing}", $"{service.Warning}", $"{service.Critical}", $"{service.Exported}", string.Join(",", service.Tags),
            }),
        ]);

    private static Table Tabulate(InstanceResult[] instances) => new(
        ["NODE", "ID", "ADDRESS", "STATUS", "EXPORTED", "TAGS", "PROBLEM"],
        [
            .. instances.Select(instance => new[]
            {
                instance.Node, instance.Id, $"{instance.Address}:{instance.Port}", instance.Status, instance.Exported ? "yes" : "no", string.Join(",", instance.Tags), FirstLine(instance.Problem),
            }),
        ]);

    private static string FirstLine(string text)
    {
        var line = text.Split('\n')[0].TrimEnd();
        return line.Length <= 80 ? line : line[..77] + "...";
    }
}
