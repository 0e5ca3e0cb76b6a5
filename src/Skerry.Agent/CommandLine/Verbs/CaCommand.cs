using System.CommandLine;
using System.Globalization;

using Skerry.Agent.CommandLine.Documents;
using Skerry.Agent.Configuration;
using Skerry.Agent.Configuration.Schema;
using Skerry.Libp2p;
using Skerry.Tunnel;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry ca init|issue|show|revoke</c></summary>
internal static class CaCommand
{
    private const string DefaultDirectory = "skerry-ca";

    private static readonly TimeSpan DefaultTtl = TimeSpan.FromHours(8760);

    public static Command Create(Terminal terminal) => new("ca", "The mesh's authority, and the credentials it issues to nodes.") { Init(terminal), Issue(terminal), Show(terminal), Revoke(terminal) };

    private static Command Init(Terminal terminal)
    {
        var (directory, json) = (InDirectory(), Verb.Json());
        var keyFile = new Option<string?>("--key-file") { Description = "File with a mesh key in use, for a mesh that goes over to credentials node by node. Absent: fresh secrets.", HelpName = "FILE" };
        return new Command("init", "Make a mesh's authority. Its directory is the mesh's greatest secret: keep it off the nodes.") { directory, keyFile, json }.Running(terminal, (parse, _) =>
        {
            var authority = parse.GetValue(keyFile) is { } file ? Over(file) : MeshAuthority.Create();
            new AuthorityDirectory(parse.GetValue(directory)!).Create(authority);
            terminal.Write(new AuthorityResult(Text(authority.PublicKey)), ResultJson.Readable.AuthorityResult, parse.GetValue(json), made => made.PublicKey);
            return Task.FromResult(ExitCode.Success);
        });
    }

    private static Command Issue(Terminal terminal)
    {
        var (directory, json) = (InDirectory(), Verb.Json());
        var name = new Option<string>("--name") { Description = "Name of the node.", Required = true, HelpName = "NAME" };
        var group = new Option<string>("--group") { Description = "Group of the node.", Required = true, HelpName = "GROUP" };
        var output = new Option<string?>("--out") { Description = "Where to write the credential. Absent: NAME.credential.pem. It is secret.", HelpName = "FILE" };
        var ttl = new Option<TimeSpan>("--ttl")
        {
            Description = "How long it holds, at most 366d. Absent: 365d.",
            HelpName = "DURATION",
            CustomParser = result =>
            {
                if (DurationText.TryParse(result.Tokens[0].Value, out var value) && value > TimeSpan.Zero) return value;
                result.AddError($"'{result.Tokens[0].Value}' is no duration above zero and up to 366d, as 8760h or 30d");
                return default;
            },
        };
        return new Command("issue", "Issue a credential: a fresh key for one node, signed.") { name, group, ttl, output, directory, json }.Running(terminal, (parse, _) =>
        {
            var (node, now) = (parse.GetValue(name)!, TimeProvider.System.GetUtcNow());
            var authority = new AuthorityDirectory(parse.GetValue(directory)!).ReadAuthority();
            var credential = Issue(authority, node, parse.GetValue(group)!, now, now + (parse.GetResult(ttl) is null ? DefaultTtl : parse.GetValue(ttl)));
            var file = parse.GetValue(output) ?? node + ".credential.pem";
            AuthorityDirectory.WriteSecret(file, credential.ToFile());
            terminal.Write(Describe(credential, file), ResultJson.Readable.CredentialResult, parse.GetValue(json), Sentence);
            return Task.FromResult(ExitCode.Success);
        });
    }

    private static Command Show(Terminal terminal)
    {
        var json = Verb.Json();
        var file = new Argument<string>("FILE") { Description = "A credential, or an authority's directory." };
        return new Command("show", "Show what a credential says, or what an authority has revoked.") { file, json }.Running(terminal, (parse, _) =>
        {
            var path = parse.GetValue(file)!;
            if (Directory.Exists(path))
            {
                var directory = new AuthorityDirectory(path);
                Write(terminal, directory.ReadRevocations(directory.ReadAuthority()), directory.RevocationsFile, parse.GetValue(json));
                return Task.FromResult(ExitCode.Success);
            }

            if (!Credential.TryParse(AuthorityDirectory.Read(path), out var credential, out var failure)) throw new CommandFailedException(ExitCode.Failed, $"{path} {failure}. What an authority has revoked is shown by naming its directory.");
            terminal.Write(Describe(credential, path), ResultJson.Readable.CredentialResult, parse.GetValue(json), Sentence);
            return Task.FromResult(ExitCode.Success);
        });
    }

    private static Command Revoke(Terminal terminal)
    {
        var (path, json) = (InDirectory(), Verb.Json());
        var who = new Argument<string>("NAME|PEERID") { Description = "A node, for what was issued for it until now; or a peer id, for good." };
        return new Command("revoke", "Revoke what was issued: the next list of revocations, to be given to every node.") { who, path, json }.Running(terminal, (parse, _) =>
        {
            var directory = new AuthorityDirectory(parse.GetValue(path)!);
            var authority = directory.ReadAuthority();
            var isPeer = PeerId.TryParse(parse.GetValue(who)!, out var peer);
            var last = directory.ReadRevocations(authority);
            if (last.Entries.Count >= RevocationList.MaxEntries) throw new CommandFailedException(ExitCode.Failed, $"The list holds {last.Entries.Count} revocations, as many as it may: make a new authority.");
            var list = Revoke(authority, last, new Revocation(isPeer ? "" : parse.GetValue(who)!, peer, TimeProvider.System.GetUtcNow()));
            directory.WriteRevocations(list);
            Write(terminal, list, directory.RevocationsFile, parse.GetValue(json));
            return Task.FromResult(ExitCode.Success);
        });
    }

    private static Credential Issue(MeshAuthority authority, string node, string group, DateTimeOffset now, DateTimeOffset until)
    {
        try
        {
            return authority.Issue(node, group, now, now, until);
        }
        catch (ArgumentException)
        {
            throw new CommandFailedException(ExitCode.Usage, $"'{node}' of '{group}' cannot be a node: letters, digits, '.', '-' and '_', at most {Credential.MaxName} each.");
        }
    }

    private static RevocationList Revoke(MeshAuthority authority, RevocationList last, Revocation more)
    {
        try
        {
            return authority.Revoke(last, more);
        }
        catch (ArgumentException)
        {
            throw new CommandFailedException(ExitCode.Usage, $"'{more.Node}' is neither a node's name nor a peer id.");
        }
    }

    private static MeshAuthority Over(string keyFile)
    {
        if (SecretText.Decode(AuthorityDirectory.Read(keyFile).Trim()) is not { Length: MeshKey.Length } key)
            throw new CommandFailedException(ExitCode.Usage, $"{keyFile} holds no mesh key: 32 bytes in base64, as 'skerry keygen' prints them.");
        return MeshAuthority.Create(new MeshIdentity(key), MeshKey.DeriveGossipKey(key));
    }

    private static Option<string> InDirectory() => new("--directory") { Description = "Where the authority is kept.", HelpName = "DIR", DefaultValueFactory = _ => DefaultDirectory };

    private static string Text(PublicKey key) => Convert.ToBase64String(key.Data);

    private static CredentialResult Describe(Credential credential, string file) => new(
        credential.Node, credential.Group, credential.Peer.ToString(), credential.Issued, credential.NotBefore, credential.NotAfter, Text(credential.Authority), file);

    private static string Sentence(CredentialResult credential) => string.Create(CultureInfo.InvariantCulture,
        $"{credential.File}: {credential.Node} of {credential.Group} is {credential.Peer}, from {credential.From:u} until {credential.Until:u}, says the authority {credential.Authority}.");

    private static void Write(Terminal terminal, RevocationList list, string file, bool asJson)
    {
        var result = new RevocationsResult(list.Number, [.. list.Entries.Select(entry => new RevocationsResult.Entry(
            entry.Node.Length > 0 ? entry.Node : null, entry.Peer.IsEmpty ? null : entry.Peer.ToString(), entry.Revoked))], file);
        terminal.Write(result, ResultJson.Readable.RevocationsResult, asJson, shown => string.Join(Environment.NewLine,
        [
            string.Create(CultureInfo.InvariantCulture, $"{shown.File}: list {shown.Number}, {shown.Revoked.Length} revoked"),
            .. shown.Revoked.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Node ?? entry.Peer}, since {entry.Since:u}")),
        ]));
    }
}
