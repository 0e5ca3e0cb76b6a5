using System.Globalization;
using System.Text;
using System.Text.Json;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine;

/// <summary>Keys and sessions of a group, over an agent's API.</summary>
/// <param name="agent">The agent.</param>
/// <param name="group">Another group than the agent's; null: its own.</param>
internal sealed class KvClient(AgentClient agent, string? group)
{
    /// <summary>How long one question waits for a change: less than the client waits for its answer.</summary>
    public const string Wait = "wait=60s";

    /// <summary>The keys at a path, and the index to wait from for their next change.</summary>
    public async Task<(ApiKeyDocument[] Keys, long Index)> ReadAsync(string key, IEnumerable<string> parameters, CancellationToken cancellation)
    {
        var answer = await AskAsync(HttpMethod.Get, Path(key), null, parameters, cancellation);
        return (answer.IsFound ? Read(answer.Body, ApiJson.Default.ApiKeyDocumentArray) : [], answer.Index);
    }

    /// <summary>Names of keys with a prefix.</summary>
    public async Task<string[]> NamesAsync(string prefix, IEnumerable<string> parameters, CancellationToken cancellation)
    {
        var answer = await AskAsync(HttpMethod.Get, Path(prefix), null, parameters.Prepend("keys"), cancellation);
        return answer.IsFound ? Read(answer.Body, ApiJson.Default.StringArray) : [];
    }

    /// <summary>Writes a key; whether it was done, and the revision it made.</summary>
    public async Task<(bool IsDone, long Revision)> PutAsync(string key, byte[] value, IEnumerable<string> parameters, CancellationToken cancellation)
    {
        var answer = await AskAsync(HttpMethod.Put, Path(key), value, parameters, cancellation);
        return (IsTrue(answer), answer.Revision);
    }

    /// <summary>Deletes keys; whether it was done.</summary>
    public async Task<bool> DeleteAsync(string key, IEnumerable<string> parameters, CancellationToken cancellation) =>
        IsTrue(await AskAsync(HttpMethod.Delete, Path(key), null, parameters, cancellation));

    /// <summary>Makes a session, and gives its id.</summary>
    public async Task<string> CreateSessionAsync(string name, TimeSpan ttl, TimeSpan delay, CancellationToken cancellation)
    {
        var document = new SessionDocument(null, name, Go(ttl), Go(delay));
        var answer = await AskAsync(HttpMethod.Put, "v1/session/create", JsonSerializer.SerializeToUtf8Bytes(document, ApiJson.Default.SessionDocument), [], cancellation);
        return Read(answer.Body, ApiJson.Default.SessionDocument).ID!;
    }

    /// <summary>Gives a session its whole time again. One that is gone fails with <see cref="ExitCode.NotFound"/>.</summary>
    public Task RenewSessionAsync(string id, CancellationToken cancellation) => AskAsync(HttpMethod.Put, "v1/session/renew/" + id, [], [], cancellation);

    public Task DestroySessionAsync(string id, CancellationToken cancellation) => AskAsync(HttpMethod.Put, "v1/session/destroy/" + id, [], [], cancellation);

    private static string Path(string key) => "v1/kv/" + Uri.EscapeDataString(key);

    private static string Go(TimeSpan duration) => string.Create(CultureInfo.InvariantCulture, $"{(long)duration.TotalMilliseconds}ms");

    private static bool IsTrue(AgentAnswer answer) => Encoding.UTF8.GetString(answer.Body).Trim() == "true";

    private static T Read<T>(byte[] body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("null");
        }
        catch (JsonException)
        {
            throw new CommandFailedException(ExitCode.Failed, $"What answers is not a Skerry agent. Name one with --address or {AgentClient.AddressVariable}.");
        }
    }

    private Task<AgentAnswer> AskAsync(HttpMethod method, string path, byte[]? body, IEnumerable<string> parameters, CancellationToken cancellation) =>
        Verb.OfGroupAsync(group, of =>
        {
            var query = string.Join('&', of.Length > 0 ? parameters.Append(of) : parameters);
            return agent.AskAsync(method, query.Length > 0 ? $"{path}?{query}" : path, body, cancellation);
        });
}
