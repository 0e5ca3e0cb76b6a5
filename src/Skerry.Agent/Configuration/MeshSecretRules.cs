using Skerry.Agent.Configuration.Schema;
using Skerry.Libp2p;
using Skerry.Tunnel;

namespace Skerry.Agent.Configuration;

/// <summary>Reads who this node is in the mesh, and whom it believes, from where the configuration says.</summary>
internal static class MeshSecretRules
{
    private const string KeyAllowed = "32 bytes in base64, as 'skerry keygen' prints them";

    public static MeshSecrets Read(AgentConfiguration model, BindingContext context)
    {
        var first = ReadKey(model.Key, "key", model.KeyFile, "keyFile", context);
        var second = ReadKey(model.SecondKey, "secondKey", model.SecondKeyFile, "secondKeyFile", context);
        var credential = ReadCredential(model, context);
        if (second is not null && first is null && credential is null && context.IsClean("key", "keyFile", "credentialFile"))
            context.Refuse(model.SecondKey is null ? "secondKeyFile" : "secondKey", "stands without a first", "key, keyFile or credentialFile, and this beside it while one follows the other");
        if (model.EdgeTunnel.EdgeMesh && (model.CredentialFile ?? model.TrustedAuthority) is not null)
            context.Refuse("edgeTunnel.edgeMesh", "lets in peers that have no credential to show", "false where credentialFile or trustedAuthority is set");
        var authority = ReadAuthority(model, context);
        var keys = new[] { first, second }.OfType<byte[]>().Select(key => (ReadOnlyMemory<byte>)key);
        var revocations = ReadRevocations(model, authority ?? credential?.Authority, context);
        return new MeshSecrets(MeshSecrets.Distinct(keys), credential, authority, revocations) { Network = ReadNetwork(model.EdgeTunnel, context) };
    }

    private static PreSharedKey? ReadNetwork(EdgeTunnelConfiguration tunnel, BindingContext context)
    {
        const string Path = "edgeTunnel.psk";
        if (tunnel.Psk is not { } file || SecretText.Read(file, Path, context) is not { } text) return null;
        if (PreSharedKey.TryParse(text, out var key)) return key;
        context.Refuse(Path, $"'{file}' holds no key of a private network", "a file of three lines: /key/swarm/psk/1.0.0/, /base16/, 64 hexadecimal digits");
        return null;
    }

    private static byte[]? ReadKey(string? key, string keyPath, string? file, string filePath, BindingContext context)
    {
        if (key is not null && file is not null)
        {
            context.Refuse(filePath, $"stands beside {keyPath}", $"one of {keyPath} and {filePath}");
            return null;
        }

        var path = key is not null ? keyPath : filePath;
        var text = key ?? (file is null ? null : SecretText.Read(file, path, context)?.Trim());
        if (text is null) return null;
        if (SecretText.Decode(text) is not { } bytes) context.Refuse(path, "does not hold base64", KeyAllowed);
        else if (bytes.Length == MeshKey.Length) return bytes;
        else if (bytes.Length is 16 or 24) context.Refuse(path, $"holds {bytes.Length} bytes: a Serf gossip key belongs into gossip.encryptKeys", KeyAllowed);
        else context.Refuse(path, $"holds {bytes.Length} bytes", KeyAllowed);
        return null;
    }

    private static Credential? ReadCredential(AgentConfiguration model, BindingContext context)
    {
        const string Path = "credentialFile";
        if (model.CredentialFile is not { } file) return null;
        if ((model.Key ?? model.KeyFile) is not null)
        {
            context.Refuse(Path, $"stands beside {(model.Key is null ? "keyFile" : "key")}", "one of them; secondKey for a mesh key to be believed besides");
            return null;
        }

        if (SecretText.Read(file, Path, context) is not { } text) return null;
        if (!Credential.TryParse(text, out var credential, out var failure)) context.Refuse(Path, $"'{file}' {failure}", "a credential for this node");
        else if ((credential.Node, credential.Group) == (model.Node.EffectiveName, model.Node.Group)) return credential;
        else
        {
            context.Refuse(Path, $"'{file}' is for node {credential.Node} of group {credential.Group}; this is node {model.Node.EffectiveName} of {model.Node.Group}",
                "this node's own credential; or the node.name and node.group that it is for");
        }

        return null;
    }

    private static PublicKey? ReadAuthority(AgentConfiguration model, BindingContext context)
    {
        if (model.TrustedAuthority is not { } text) return null;
        if (SecretText.Decode(text) is { Length: MeshKey.Length } bytes) return PublicKey.FromEd25519(bytes);
        context.Refuse("trustedAuthority", "is no public key", "32 bytes in base64, as 'skerry ca init' prints them");
        return null;
    }

    private static RevocationList ReadRevocations(AgentConfiguration model, PublicKey? authority, BindingContext context)
    {
        const string Path = "revocationFile";
        if (model.RevocationFile is not { } file || !context.IsClean("credentialFile", "trustedAuthority")) return RevocationList.Empty;
        if (authority is null)
        {
            context.Refuse(Path, "names a list of which nobody knows whose it must be", "credentialFile or trustedAuthority beside it");
            return RevocationList.Empty;
        }

        if (SecretText.Read(file, Path, context) is not { } text) return RevocationList.Empty;
        if (RevocationList.TryParse(text, authority, out var list, out var failure)) return list;
        context.Refuse(Path, $"'{file}' {failure}", "the list of the authority that is trusted");
        return RevocationList.Empty;
    }
}
