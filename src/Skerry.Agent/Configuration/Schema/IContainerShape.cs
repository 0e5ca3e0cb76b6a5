namespace Skerry.Agent.Configuration.Schema;

/// <summary>A shape that holds any number of values of one shape.</summary>
internal interface IContainerShape
{
    /// <summary>What each looks like.</summary>
    Shape Item { get; }

    /// <summary>What the reference writes behind the key for one of them.</summary>
    string PathSuffix { get; }
}
