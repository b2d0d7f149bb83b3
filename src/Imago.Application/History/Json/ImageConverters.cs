using System.Text.Json;
using System.Text.Json.Serialization;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using NodaTime;

namespace Imago.Application.History.Json;

/// <summary>
/// An image as its text. One whose family was read with another prefix than the usual one, or that was not read although it could have been, is an object that says
/// so: whether an image is known decides what happens to its node.
/// </summary>
internal sealed class NodeImageConverter : JsonConverter<NodeImage>
{
    public override NodeImage Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return NodeImage.Parse(reader.GetString());
        }

        var (text, family) = JsonSerializer.Deserialize<Foreign>(ref reader, options) ?? throw new JsonException("An image is a text, or an object with text and family.");
        return NodeImage.Parse(text, family is null ? NoFamily : family[..(family.IndexOf('-', StringComparison.Ordinal) is var end and > 0 ? end : family.Length)][..^1]);
    }

    public override void Write(Utf8JsonWriter writer, NodeImage value, JsonSerializerOptions options)
    {
        if (NodeImage.Parse(value.Text).Equals(value))
        {
            writer.WriteStringValue(value.Text);
        }
        else
        {
            JsonSerializer.Serialize(writer, new Foreign(value.Text, value.Family?.Name), options);
        }
    }

    // No text begins with it, so nothing is read with it as prefix.
    private const string NoFamily = "\0";

    private sealed record Foreign(string Text, string? Family);
}

/// <summary>Where a rollout goes: <c>{"image":…}</c>, <c>{"level":…,"livePatching":…}</c>, <c>{"opaque":…}</c>, <c>{"reimage":…,"before":…}</c> or <c>{"reboot":true}</c>.</summary>
internal sealed class TargetConverter : JsonConverter<RolloutTarget>
{
    public override RolloutTarget Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<Fields>(ref reader, options) switch
        {
            { Image: { } image } => new RolloutTarget.Image(image),
            { Level: { } level } fields => new RolloutTarget.Patch(level, fields.LivePatching ?? true),
            { Opaque: { } text } => new RolloutTarget.Opaque(text),
            { Reimage: { } image, Before: { } before } => new RolloutTarget.Reimage(image, before),
            { Reboot: true } => new RolloutTarget.Reboot(),
            _ => throw new JsonException("A rollout target has an image, a level, an opaque text, a reimage with its instant, or is a reboot."),
        };

    public override void Write(Utf8JsonWriter writer, RolloutTarget value, JsonSerializerOptions options) => JsonSerializer.Serialize(
        writer,
        value switch
        {
            RolloutTarget.Image(var image) => new Fields { Image = image },
            RolloutTarget.Patch(var level, var live) => new Fields { Level = level, LivePatching = live },
            RolloutTarget.Opaque(var text) => new Fields { Opaque = text },
            RolloutTarget.Reimage(var image, var before) => new Fields { Reimage = image, Before = before },
            RolloutTarget.Reboot => new Fields { Reboot = true },
            _ => throw new InvalidOperationException($"Target {value.GetType().Name} is not known."),
        },
        options);

    private sealed record Fields
    {
        public NodeImage? Image { get; init; }

        public PatchLevel? Level { get; init; }

        public bool? LivePatching { get; init; }

        public string? Opaque { get; init; }

        public NodeImage? Reimage { get; init; }

        public Instant? Before { get; init; }

        public bool? Reboot { get; init; }
    }
}
