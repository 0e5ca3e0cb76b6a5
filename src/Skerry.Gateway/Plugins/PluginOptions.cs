namespace Skerry.Gateway.Plugins;

/// <summary>Options of one plugin in a pipeline; each plugin derives its own.</summary>
public abstract record PluginOptions;
