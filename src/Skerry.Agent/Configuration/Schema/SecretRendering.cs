namespace Skerry.Agent.Configuration.Schema;

/// <summary>What happens to secrets when a configuration is printed.</summary>
internal enum SecretRendering
{
    /// <summary>Replaced, so that people and logs never see them.</summary>
    Hidden,

    /// <summary>Kept, to compare two configurations.</summary>
    Shown,
}
